"""The time that a report is about: days of Jakarta on the shop's clock, and the same time before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.days import FIRST_DAY, LAST_DAY
from gerai.engine.desk.fields import words
from gerai.engine.reports.roll_up import bounds
from gerai.kit.clock import jakarta

Range = Literal["today", "7d", "30d", "90d"]
Door = Annotated[str, Meta(max_length=63)]
_DAYS: Final[dict[Range, int]] = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
#: Three years.
_LONGEST_DAYS: Final = 1100
_HOUR: Final = timedelta(hours=1)


class ReportFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``range`` ends today. With ``since`` or ``until`` (dates of Jakarta, both included) it is not asked: without the
    one, thirty days; without the other, until today."""

    range: Annotated[Range, words("Jangka", "Period")] = "30d"
    since: Annotated[date | None, words("Sejak", "Since", "2026-11-01")] = None
    until: Annotated[date | None, words("Sampai", "Until", "2026-11-30")] = None
    door: Annotated[Door, words("Konter", "Counter")] = ""


@dataclass(frozen=True)
class Days:
    """From the first day to the last, both whole. ``now``: on the shop's clock."""

    first: date
    last: date
    now: datetime

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From the first moment until before the moment after the last."""
        return bounds(self.first, self.last)

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The same time before it. Of days that are not over as much as is over of these, to the hour: else every
        morning would be worse than yesterday."""
        since, until = self.bounds
        over = min(until, max(since, self.now.replace(minute=0, second=0, microsecond=0) + _HOUR))
        length = until - since
        return since - length, over - length


def days_of(wanted: ReportFilter, now: datetime, longest: int = _LONGEST_DAYS) -> Days:
    """The days a report is asked about. Refuses InputInvalid: a date that no shop has, an end before the beginning, or
    more days than ``longest``."""
    for name, day in (("since", wanted.since), ("until", wanted.until)):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise InputInvalid({name: ["there is no such day"]})
    last = wanted.until or jakarta(now).date()
    since = wanted.since or last - timedelta(days=(30 if wanted.until else _DAYS[wanted.range]) - 1)
    if last < since:
        raise InputInvalid({"until": ["is before the beginning"]})
    if (last - since).days >= longest:
        raise InputInvalid({"since": [f"at most {longest} days at once"]})
    return Days(since, last, now.astimezone(UTC))


def rows_behind(days: Days, door: str = "", **more: str | int) -> str:
    """What ``orders.list`` is asked for to see the orders of a figure."""
    asked = {"since": days.first.isoformat(), "until": days.last.isoformat(), "door": door, **more}
    return urlencode({name: value for name, value in asked.items() if value != ""})


def share_bp(part: int, whole: int) -> int | None:
    """A share in basis points, rounded; None of nothing."""
    return None if whole == 0 else (part * 20_000 + whole) // (2 * whole)


def change_bp(now: int, before: int) -> int | None:
    """By how much it grew, in basis points; None where there was nothing before."""
    return share_bp(now - before, before)


def each_sen(total_sen: int, count: int) -> int:
    """A mean, rounded to the rupiah; 0 of nothing."""
    if count == 0:
        return 0
    times = count * SEN_PER_RUPIAH
    return (2 * total_sen + times) // (2 * times) * SEN_PER_RUPIAH
