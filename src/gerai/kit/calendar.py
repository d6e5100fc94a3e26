"""Working days in Indonesia: Monday to Friday, but for public holidays and cuti bersama, which are announced each year.

Those that are known come with Gerai (``holidays_id.csv``); an operator's file replaces the years that it names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Final, Literal, NamedTuple

_KNOWN: Final = "holidays_id.csv"
Kind = Literal["national", "leave"]
_KINDS: Final[tuple[Kind, ...]] = ("national", "leave")
_SATURDAY: Final = 5
_AT_MOST_BYTES: Final = 2**20
_DAY: Final = timedelta(days=1)


class Holiday(NamedTuple):
    """``kind``: ``national``, or ``leave``: cuti bersama."""

    kind: Kind
    name: str


class HolidayFileError(ValueError):
    """A file of holidays cannot be read. The text is fit for an operator."""


class Calendar:
    """Which days are worked on. ``holidays``: by day; a year of which there is none has weekends only."""

    def __init__(self, holidays: Mapping[date, Holiday]) -> None:
        self.holidays = holidays
        #: The years whose holidays are known.
        self.years = frozenset(day.year for day in holidays)

    def is_working(self, day: date) -> bool:
        """Whether it is neither a weekend nor a holiday nor cuti bersama."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked on, else the next one that is."""
        while not self.is_working(day):
            day += _DAY
        return day

    def plus_working(self, day: date, count: int) -> date:
        """The working day that is the ``count``-th after the day; of none: as :meth:`on_or_after`."""
        day = self.on_or_after(day) if count == 0 else day
        for _ in range(count):
            day = self.on_or_after(day + _DAY)
        return day


def read_holidays(text: str, name: str) -> dict[date, Holiday]:
    """Lines of ``date,kind,name``; what begins with ``#``, and an empty line, is passed over. ``name``: how the file is
    called. HolidayFileError: a line that is none, a day twice, or no day at all."""
    found: dict[date, Holiday] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
            day = date.fromisoformat(cells[0])
            kind: Kind = next(kind for kind in _KINDS if kind == cells[1])
            [title] = cells[2:]
        except (ValueError, IndexError, StopIteration, csv.Error) as error:
            raise HolidayFileError(
                f"{name}, line {number}: {line[:60]!r} is not date,kind,name (2027-03-10,national,Idulfitri; "
                f"kind: {' or '.join(_KINDS)})"
            ) from error
        if day in found:
            raise HolidayFileError(f"{name}, line {number}: {day} stands there twice")
        found[day] = Holiday(kind, title)
    if not found:
        raise HolidayFileError(f"{name} names no day")
    return found


def known_holidays() -> dict[date, Holiday]:
    """Those that come with Gerai."""
    text = resources.files("gerai.kit").joinpath(_KNOWN).read_text(encoding="utf-8")
    return read_holidays(text, _KNOWN)


def calendar_of(file: Path | None) -> Calendar:
    """The calendar by what is known here and, for the years it names, by this file alone. HolidayFileError."""
    known = known_holidays()
    if file is None:
        return Calendar(known)
    try:
        data = file.read_bytes()
        own = read_holidays(data.decode("utf-8-sig"), str(file)) if len(data) <= _AT_MOST_BYTES else {}
    except (OSError, UnicodeError) as error:
        raise HolidayFileError(f"cannot read {file}: {error}") from error
    if not own:
        raise HolidayFileError(f"{file} is no list of holidays: it is larger than 1 MB")
    years = {day.year for day in own}
    return Calendar({day: holiday for day, holiday in known.items() if day.year not in years} | own)
