"""A log file that is turned by size while it is written: older lines are put aside, the oldest go."""

from __future__ import annotations

import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

#: Of one file, and how many older ones are kept: ``gerai.log.1`` is the last one before.
MAX_BYTES: Final = 16 * 1024 * 1024
KEPT: Final = 3


@dataclass
class LogCounts:
    """Of all files of this process: how often one was ``turned``, and writes that were ``lost``."""

    turned: int = 0
    lost: int = 0


COUNTS: Final = LogCounts()


def open_log(path: Path) -> BinaryIO:
    """A turning file as :func:`gerai.kit.log.configure` takes it."""
    return cast("BinaryIO", TurningFile(path))


class TurningFile(io.RawIOBase):
    """The file at ``path``, private and appended to. Each write is whole in one file.

    What cannot be written (the disk is full) is lost: a request must not fail for its log line. OSError only for a
    file that cannot be opened at first.
    """

    _fd = -1

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._fd = _opened(path)
        self._size = os.fstat(self._fd).st_size

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def write(self, data: Any, /) -> int:
        """Append; turn the file first when it would become too large. Returns how much was taken: all of it."""
        size = len(data)
        with self._lock:
            if self.closed:
                raise ValueError("the log is closed")
            if self._size and self._size + size > self._max_bytes:
                self._turn()
            try:
                taken = os.write(self._fd, data)
                if taken < size:
                    # The disk is full. Half a line would spoil the next one as well.
                    os.ftruncate(self._fd, os.fstat(self._fd).st_size - taken)
                    taken = 0
                    COUNTS.lost += 1
                self._size += taken
            except OSError:
                COUNTS.lost += 1
        return size

    def close(self) -> None:
        with self._lock:
            if not self.closed:
                super().close()
                if self._fd >= 0:
                    os.close(self._fd)

    def _turn(self) -> None:
        """Put the file aside and begin a new one. Where that fails, go on with the old one, and try again after as much
        as fits in one more."""
        self._size = 0
        try:
            for number in range(self._kept, 1, -1):
                older = self._numbered(number - 1)
                if older.exists():
                    older.replace(self._numbered(number))
            self._path.replace(self._numbered(1))
            try:
                fresh = _opened(self._path)
            except OSError:
                # No descriptor is left, for instance. Under another name the old file would never be put aside again.
                self._numbered(1).replace(self._path)
                raise
        except OSError:
            return
        COUNTS.turned += 1
        old, self._fd = self._fd, fresh
        os.close(old)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _opened(path: Path) -> int:
    # Never through a link: whoever can put one there must not choose what is appended to.
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
