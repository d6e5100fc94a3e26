"""What work costs in processor time: the figure that other work on the machine does not change."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

import psycopg

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def status_of(pid: int) -> dict[str, int]:
    """The numbers of a process by their names in Linux: memory in kB, its parent."""
    found = dict[str, int]()
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        with contextlib.suppress(ValueError, IndexError):
            found[name] = int(value.split()[0])
    return found


def cpu_s(*pids: int) -> float:
    """Seconds of processor that these processes have used; one that is gone has used none."""
    used = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
    return used / _TICKS_PER_S


def sessions(connection: psycopg.Connection) -> list[int]:
    """The processes of the database's sessions, on this machine; without the one that asks."""
    rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    return [row[0] for row in rows]
