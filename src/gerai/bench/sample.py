"""A unit of a case that was really placed, request by request, and what each request wrote."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Final

import psycopg

from gerai.bench.case import BenchError, Case
from gerai.bench.requests import Requests
from gerai.bench.rows import Row, Snapshot, Span, snapshot
from gerai.bench.shop import Shop

_TIMEOUT_S: Final = 30.0
#: Numbers of the samples: no load reaches them, and in both it is the first member's turn.
SAMPLE_NUMBERS: Final = (9_000_000_000_000, 9_000_001_000_000)


@dataclass(frozen=True)
class RowChange:
    """A row that was there before."""

    before: Row
    after: Row


@dataclass(frozen=True)
class StepRows:
    """What one request wrote, by table, in the order of the rows' keys."""

    inserted: dict[str, list[Row]]
    changed: dict[str, list[RowChange]]
    deleted: dict[str, list[Row]]

    @property
    def nothing(self) -> bool:
        return not (self.inserted or self.changed or self.deleted)


@dataclass(frozen=True)
class Sample:
    """One unit. ``number``: what stood for ``<n>``."""

    number: int
    steps: tuple[StepRows, ...]


def place(connection: psycopg.Connection, host: str, port: int, case: Case, shop: Shop, span: Span, n: int) -> Sample:
    """Place the n-th unit alone, as the load generator would. BenchError when a request is refused."""
    requests = Requests(f"{host}:{port}", list(case.steps), shop.callers_of(case), case.members, [], span.run)
    marks = requests.marks(n)
    steps: list[StepRows] = []
    with socket.create_connection((host, port), timeout=_TIMEOUT_S) as http:
        before = snapshot(connection, span)
        for step in requests.steps:
            http.sendall(step.request(n, marks))
            answer = _answer(http)
            if fault := step.fault(answer[9:12], answer, marks):
                raise BenchError(f"the sample of {case.name} was refused:\n{fault[:2000]}")
            connection.rollback()
            after = snapshot(connection, span)
            steps.append(_difference(before, after))
            before = after
    return Sample(n, tuple(steps))


def _answer(http: socket.socket) -> bytes:
    """One whole answer."""
    found = b""
    while True:
        head, end, body = found.partition(b"\r\n\r\n")
        if end:
            length = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            if len(body) >= length:
                return found
        more = http.recv(65_536)
        if not more:
            raise BenchError("the server closed the connection of a sample")
        found += more


def _difference(before: Snapshot, after: Snapshot) -> StepRows:
    inserted: dict[str, list[Row]] = {}
    changed: dict[str, list[RowChange]] = {}
    deleted: dict[str, list[Row]] = {}
    for table, rows in after.items():
        old = before[table]
        if gone := [row for key, row in old.items() if key not in rows]:
            deleted[table] = gone
        if new := [row for key, row in rows.items() if key not in old]:
            inserted[table] = new
        if moved := [RowChange(old[key], row) for key, row in rows.items() if key in old and row != old[key]]:
            changed[table] = moved
    return StepRows(inserted, changed, deleted)
