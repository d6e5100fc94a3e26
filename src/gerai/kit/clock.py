"""The one place where the time is read.

What is due is found by the database's clock, in every process; so whatever is to be due later must be written by that
clock too. A process that has a database takes its time from there again and again (:func:`adjust`), and counts on with
a clock that nobody can set: one that is wrong on this machine, or is put right meanwhile, moves nothing (decision
0020).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
#: In which a time that somebody gives may lie. Years of three digits have no form that everybody writes alike, and
#: those near 9999 overflow in another zone; beside either end is a year into which a zone may move it.
YEARS: Final = range(1000, 9999)
#: Goes on while the machine sleeps, where the system has such a clock.
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class _Anchor(NamedTuple):
    """What time it was when the steady clock stood so."""

    at: datetime
    steady_s: float


_anchor: _Anchor | None = None


def steady_s() -> float:
    """Seconds on a clock that is never set."""
    return time.clock_gettime(_STEADY)


def adjust(there: datetime, asked_s: float) -> None:
    """The database's clock showed ``there``, after it was asked at ``asked_s`` of :func:`steady_s`."""
    global _anchor  # noqa: PLW0603
    now_s, there = steady_s(), there.astimezone(UTC)
    # On its way the answer has aged, by so much at most.
    latest = there + timedelta(seconds=now_s - asked_s)
    for possible in (machine_now(), real_now()):
        # The machine's own clock is the more exact one where it can be right; else what was known before.
        if there <= possible <= latest:
            _anchor = _Anchor(possible, now_s)
            return
    _anchor = _Anchor(there + (latest - there) / 2, now_s)


def real_now() -> datetime:
    """Now, in UTC, to the microsecond: by the database's clock once that was read, before by this machine's."""
    anchor = _anchor
    if anchor is None:
        return machine_now()
    return anchor.at + timedelta(seconds=steady_s() - anchor.steady_s)


def machine_now() -> datetime:
    """Now, as this machine believes."""
    return datetime.now(UTC)


def unix_s() -> float:
    """Seconds since 1970, as this machine believes."""
    return time.time()


def in_reach(at: datetime) -> bool:
    """Whether a time can be kept, read again and shown in every zone."""
    return at.year in YEARS


def jakarta(at: datetime) -> datetime:
    """The same instant on a Jakarta wall clock."""
    return at.astimezone(JAKARTA)
