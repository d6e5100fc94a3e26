"""Processes whose clock is wrong: every Python process started with :attr:`WrongClock.environment` takes the time for
so much later or earlier than it is, from its first line on, and can be set right again while it runs.

Nobody may set the clock of the machine for that, and PostgreSQL's stays right. What reads the time through Python
(``time.time``, the one place of our own, the job queue's) is wrong; a log's time stamps are not.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from procrastinate import utils

from gerai.kit import clock

#: By how many seconds the clock is ahead: one double of this machine.
_FORM: Final = struct.Struct("@d")
_NS: Final = 1_000_000_000
#: Python imports a module of this name at every start, before anything else.
_AT_START: Final = "sitecustomize.py"
_SEARCHED: Final = "PYTHONPATH"


class WrongClock:
    """A clock of its own for whoever is started with ``environment``; right until it is set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "ahead"
        self._file.write_bytes(_FORM.pack(0.0))
        start = f"from {__name__} import follow\n\nfollow({str(self._file)!r})\n"
        (folder / _AT_START).write_text(start, encoding="utf-8")
        searched = [str(folder), *filter(None, [os.environ.get(_SEARCHED)])]
        self.environment = {_SEARCHED: os.pathsep.join(searched)}

    def set_ahead(self, by: timedelta) -> None:
        """From now on it is ahead of the right time by so much; behind it for less than none."""
        descriptor = os.open(self._file, os.O_WRONLY)
        try:
            # In its place: those who read it have the file in their memory.
            os.pwrite(descriptor, _FORM.pack(by.total_seconds()), 0)
        finally:
            os.close(descriptor)


def follow(file: str) -> None:
    """Take the time of this process from its clock and what the file says, from now on."""
    with open(file, "rb") as opened:
        memory = mmap.mmap(opened.fileno(), _FORM.size, access=mmap.ACCESS_READ)
    _shift(lambda: _FORM.unpack_from(memory)[0])


def _shift(ahead_s: Callable[[], float]) -> None:
    right_s, right_ns = time.time, time.time_ns

    def wrong_now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead_s())

    time.time = lambda: right_s() + ahead_s()
    time.time_ns = lambda: right_ns() + round(ahead_s() * _NS)
    clock.machine_now = wrong_now
    utils.utcnow = wrong_now
