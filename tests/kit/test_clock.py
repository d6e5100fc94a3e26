"""The time of a process that hears the database's clock."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gerai.kit import clock

HERE = datetime(2026, 11, 29, 12, 0, 0, tzinfo=UTC)


class Machine:
    """A machine whose clocks a test sets: ``wall`` can be wrong, ``steady`` only goes on."""

    def __init__(self) -> None:
        self.wall, self.steady = HERE, 1000.0

    def goes_on(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)

    def hears(self, there: datetime, took_s: float) -> None:
        """The database is asked, and its clock shows ``there`` while the question arrives."""
        asked_s = self.steady
        self.goes_on(took_s)
        clock.adjust(there, asked_s)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Generator[Machine]:
    """A machine that has heard nothing yet."""
    machine = Machine()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "_anchor", None)
        patch.setattr(clock, "machine_now", lambda: machine.wall)
        patch.setattr(clock, "steady_s", lambda: machine.steady)
        yield machine


def test_before_anything_was_heard(machine: Machine) -> None:
    """The machine's own clock is all there is."""
    assert clock.real_now() == HERE


def test_a_clock_that_can_be_right_is_believed(machine: Machine) -> None:
    """It lies between what the database showed and how long the answer took: nothing changes."""
    machine.hears(HERE + timedelta(seconds=0.004), 0.01)
    assert clock.real_now() == machine.wall
    machine.goes_on(30)
    assert clock.real_now() == machine.wall


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(seconds=3), timedelta(days=400)])
def test_a_clock_that_is_set_wrong_moves_nothing(machine: Machine, off: timedelta) -> None:
    """Set wrong for a while, heard from or not, and put right again: the time is the database's all along."""
    machine.hears(HERE, 0.002)
    machine.wall += off
    machine.goes_on(5)
    assert clock.real_now() == HERE + timedelta(seconds=5.002)
    machine.hears(HERE + timedelta(seconds=5.002), 0.002)
    assert clock.real_now() == HERE + timedelta(seconds=5.004)
    machine.wall -= off
    machine.hears(HERE + timedelta(seconds=5.004), 0.002)
    assert clock.real_now() == machine.wall == HERE + timedelta(seconds=5.006)


def test_a_process_that_starts_with_a_wrong_clock(machine: Machine) -> None:
    """What it hears first is right to half of the time the answer took; the zone of the answer does not matter."""
    machine.wall += timedelta(hours=24)
    machine.hears(HERE.astimezone(timezone(timedelta(hours=7))), 0.02)
    assert clock.real_now() == HERE + timedelta(seconds=0.01)
    assert clock.real_now().tzinfo is UTC


def test_an_answer_that_took_long_takes_nothing_back(machine: Machine) -> None:
    """What was known better before is kept while it can be true."""
    machine.hears(HERE, 0.001)
    machine.wall += timedelta(hours=1)
    machine.hears(HERE + timedelta(seconds=0.5), 2.0)
    assert clock.real_now() == HERE + timedelta(seconds=2.001)


def test_the_steady_clock_is_never_set() -> None:
    """It goes on, and is no time of day."""
    first = clock.steady_s()
    assert clock.steady_s() >= first
    assert abs(first - clock.unix_s()) > 86_400
