"""Times as Indonesian banks and services write them: a day before its month, on Jakarta's clocks unless they say
otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from gerai.kit.clock import JAKARTA

_FORMATS: Final = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%d/%m/%y", "%d-%m-%y", "%d/%m/%y %H.%M.%S", "%d/%m/%Y %H.%M.%S", "%d/%m/%y %H:%M:%S",
)  # fmt: skip
#: In which money may have come; beyond them reckoning with a time may fail.
_YEARS: Final = range(2000, 2100)
#: Seconds and milliseconds since 1970, of this century.
_SECONDS, _MILLISECONDS = range(10**9, 10**10), range(10**12, 10**13)


def jakarta_time(text: str) -> datetime | None:
    """ISO 8601, or day, month and year with or without a time; None for anything else
    and for other centuries."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = next((at for form in _FORMATS if (at := _parsed(text, form)) is not None), None)
    if found is None or found.year not in _YEARS:
        return None
    return found.replace(tzinfo=JAKARTA) if found.tzinfo is None else found


def epoch_time(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, in digits alone; None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_MILLISECONDS.stop)):
        return None
    number = int(text)
    if number in _SECONDS:
        return datetime.fromtimestamp(number, UTC)
    return datetime.fromtimestamp(number / 1000, UTC) if number in _MILLISECONDS else None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError:
        return None
