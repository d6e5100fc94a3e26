"""Working days of Indonesia: known ones, an operator's, and the laws that hold for any."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.calendar import Calendar, Holiday, HolidayFileError, calendar_of, known_holidays, read_holidays

KNOWN = calendar_of(None)
DAYS = st.dates(date(2025, 12, 1), date(2028, 2, 1))
CALENDARS = st.sets(DAYS, max_size=60).map(lambda days: Calendar({day: Holiday("national", "x") for day in days}))


def test_what_is_known_of_two_years() -> None:
    """As many days as each year's decree says, none twice; of a later year nothing is made up."""
    for year, national, leave in ((2026, 17, 8), (2027, 18, 8)):
        kinds = [holiday.kind for day, holiday in known_holidays().items() if day.year == year]
        assert (kinds.count("national"), kinds.count("leave"), len(kinds)) == (national, leave, national + leave)
    assert KNOWN.years == {2026, 2027}


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-11-30", True), ("2026-11-28", False), ("2026-11-29", False), ("2026-12-24", False),
        ("2026-12-25", False), ("2026-12-23", True), ("2027-03-09", False), ("2027-03-16", True), ("2028-01-03", True),
        ("2028-08-17", True),
    ],
)  # fmt: skip
def test_working_days(day: str, working: bool) -> None:
    """Weekends, holidays and cuti bersama are none; where no holidays are known, weekends alone."""
    assert KNOWN.is_working(date.fromisoformat(day)) is working


def test_around_lebaran() -> None:
    """From Friday before Nyepi 2027 the next working day is the Tuesday after Lebaran."""
    friday = date(2027, 3, 5)
    assert KNOWN.plus_working(friday, 1) == date(2027, 3, 16)
    assert KNOWN.plus_working(friday, 0) == friday
    assert KNOWN.plus_working(date(2027, 3, 6), 0) == date(2027, 3, 16)
    assert KNOWN.on_or_after(date(2027, 3, 8)) == date(2027, 3, 16)


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_so_many_working_days_lie_between(calendar: Calendar, day: date, count: int) -> None:
    """The day found is worked on, and exactly so many days from the one after to it are."""
    found = calendar.plus_working(day, count)
    assert calendar.is_working(found)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    expected = count if count else int(found > day)
    assert sum(map(calendar.is_working, between)) == expected


@given(CALENDARS, DAYS, st.integers(0, 20), st.integers(0, 20))
def test_one_after_another_is_both_at_once(calendar: Calendar, day: date, first: int, second: int) -> None:
    """Three working days and then two are five; later days and more days never come sooner."""
    assert calendar.plus_working(calendar.plus_working(day, first), second) == calendar.plus_working(
        calendar.on_or_after(day) if first == 0 else day, first + second
    )
    assert calendar.plus_working(day, first) <= calendar.plus_working(day + timedelta(days=1), first)
    assert calendar.plus_working(day, first) <= calendar.plus_working(day, first + 1)


def test_an_operators_file_replaces_the_years_it_names(tmp_path: Path) -> None:
    """Its years are its own alone; the others stay as they are known."""
    file = tmp_path / "holidays.csv"
    file.write_text("# mine\n\n2027-03-12,national,Idulfitri\n2028-01-03,leave,Cuti\n", encoding="utf-8")
    mine = calendar_of(file)
    assert [day for day in mine.holidays if day.year == 2027] == [date(2027, 3, 12)]
    assert mine.is_working(date(2027, 8, 17))
    assert not mine.is_working(date(2028, 1, 3))
    assert not mine.is_working(date(2026, 12, 25))
    assert mine.years == {2026, 2027, 2028}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no day"), ("# nothing\n", "names no day"), ("2027-03-12\n", "line 1"),
        ("2027-02-30,national,x\n", "line 1"), ("2027-03-12,holiday,x\n", "kind: national or leave"),
        ("2027-03-12,national,x,y\n", "line 1"), ("2027-03-12,national,x\n2027-03-12,leave,y\n", "twice"),
        ('2027-03-12,national,"x\n', "line 1"), ("date;kind;name\n", "line 1"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(text: str, said: str) -> None:
    """With its line, and never half."""
    with pytest.raises(HolidayFileError, match=said):
        read_holidays(text, "holidays.csv")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands there is read, or refused in a sentence."""
    try:
        found = read_holidays(text, "x")
    except HolidayFileError:
        return
    assert found


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """None there, bytes that are no text, one that is too large."""
    for name, data in (("none.csv", None), ("bytes.csv", b"\xff\xfe\x00"), ("large.csv", b"#" * (2**20 + 1))):
        if data is not None:
            tmp_path.joinpath(name).write_bytes(data)
        with pytest.raises(HolidayFileError, match=name):
            calendar_of(tmp_path / name)
