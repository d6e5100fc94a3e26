"""Every order of a shop as a file, by HTTP and at the terminal: how long it takes, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec

from gerai.bench.case import ENVIRONMENT, BenchError
from gerai.bench.cpu import cpu_s, status_of
from gerai.bench.stand import Stand, Step
from gerai.bench.visitor import visiting

_PIECE: Final = 64 * 1024


class ExportFigures(msgspec.Struct, frozen=True):
    """``way``: http, or terminal. ``before_kb`` is what the process had in memory before, ``most_kb`` the most it ever
    had; of the terminal's process, which begins with the file, only the latter. ``cpu_s``: its processor time."""

    way: str
    rows: int
    bytes: int
    seconds: float
    cpu_s: float
    before_kb: int
    most_kb: int


def measure_exports(stand: Stand, step: Step) -> list[ExportFigures]:
    """``orders.list`` as CSV, both ways. BenchError where one is no whole file, or the two have not as many rows."""
    with visiting(stand, step) as visitor:
        step("every order by HTTP")
        begun_s, before = perf_counter(), status_of(stand.pid)
        rows = size = 0
        used_s = cpu_s(stand.pid)
        with visitor.client.stream("GET", f"{visitor.base}/orders.csv") as answer:
            if answer.status_code != 200:
                raise BenchError(f"the file of all orders: {answer.status_code}")
            for piece in answer.iter_bytes(_PIECE):
                rows += piece.count(b"\n")
                size += len(piece)
        took_s = perf_counter() - begun_s
        by_http = ExportFigures(
            "http", rows - 1, size, took_s, cpu_s(stand.pid) - used_s, before["VmRSS"], status_of(stand.pid)["VmHWM"]
        )
        code = visitor.base.split("/")[2]
    step("every order at the terminal")
    at_terminal = _terminal(stand, code)
    if at_terminal.rows != by_http.rows:
        raise BenchError(f"{by_http.rows:,} rows by HTTP, {at_terminal.rows:,} at the terminal")
    return [by_http, at_terminal]


def _terminal(stand: Stand, code: str) -> ExportFigures:
    command = [sys.executable, "-P", "-m", "gerai", "orders", "list", "--status", "all", "--environment", ENVIRONMENT]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GERAI_")}
    environment |= {"DATABASE_URL": stand.dsn}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        begun_s = perf_counter()
        process = subprocess.Popen(
            [*command, "--merchant", code, "--csv", str(file)], env=environment, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        took_s = perf_counter() - begun_s
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or not file.exists():
            raise BenchError("the terminal wrote no file")
        with file.open("rb") as stream:
            rows = sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))
        size = file.stat().st_size
    return ExportFigures("terminal", rows - 1, size, took_s, used.ru_utime + used.ru_stime, 0, used.ru_maxrss)
