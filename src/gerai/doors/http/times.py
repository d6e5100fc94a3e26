"""Times as clients write them, and the ways of writing them that more than one door uses.

A time without an offset is Jakarta's in every door: the clients are Indonesian, and so are their clocks.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from gerai.kit.clock import YEARS, in_reach

#: Jakarta wall time. A fixed offset, because there is no summer time there, and much faster than the zone's table.
WIB: Final = timezone(timedelta(hours=7), "WIB")
#: The first and the last instant that is in reach.
EARLIEST: Final = datetime(YEARS[0], 1, 1, tzinfo=UTC)
LATEST: Final = datetime(YEARS[-1], 12, 31, 23, 59, 59, tzinfo=UTC)
#: Python reads week dates and other rare forms of ISO 8601, too; clients who mean them do not exist.
_FORM: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"(?P<zone>[Zz]|[ +-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.ASCII,
)


class TimeOutOfReach(ValueError):
    """A time whose year can not be kept; ``nearest``: the nearest that can."""

    def __init__(self, year: int) -> None:
        super().__init__("out of reach")
        self.nearest: Final = LATEST if year > LATEST.year else EARLIEST


def read_time(text: str, *, past_the_end: bool = False) -> datetime:
    """An ISO 8601 date or time as an instant in UTC; a date is its first moment in Jakarta. ValueError otherwise;
    TimeOutOfReach when only its year is wrong.

    ``past_the_end``: the first instant that no longer belongs to what was written, for ends of periods that are meant
    inclusively: the next day for a date, else the next millisecond, the finest that contracts show. A blank where a
    query lost its ``+`` is one.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a time")
    time, zone = found["time"], (found["zone"] or "").replace(" ", "+").upper()
    at = datetime.fromisoformat(f"{found['day']}T{(time or '00:00').replace(',', '.')}{zone}")
    if not in_reach(at):
        raise TimeOutOfReach(at.year)
    at = (at if at.tzinfo is not None else at.replace(tzinfo=WIB)).astimezone(UTC)
    if past_the_end:
        at += timedelta(days=1) if time is None else timedelta(milliseconds=1)
    return at


def rfc3339(at: datetime, digits: int = 0) -> str:
    """``2026-04-26T00:00:00Z`` in UTC, with so many digits (0 to 6) behind the seconds, cut off and not rounded."""
    # Not strftime: a list writes hundreds of times, and this takes a third of the time.
    text = at.astimezone(UTC).isoformat(timespec="microseconds")
    return text[: len("2026-04-26T00:00:00") + (1 + digits if digits else 0)] + "Z"


def jakarta_rfc3339(at: datetime) -> str:
    """``2026-04-26T07:00:00+07:00``, to the second."""
    return at.astimezone(WIB).isoformat(timespec="seconds")


def jakarta_wall(at: datetime) -> str:
    """``2026-04-26 07:00:00``: Jakarta wall time, to the second."""
    return at.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")


def jakarta_digits(at: datetime) -> str:
    """``20260426070000``, as codes of orders begin."""
    return _digits_of(int(at.timestamp()))


@lru_cache(maxsize=64)
def _digits_of(unix_s: int) -> str:
    """Formatting a time costs more than the rest of a code, and thousands of orders share a second."""
    return datetime.fromtimestamp(unix_s, WIB).strftime("%Y%m%d%H%M%S")
