"""One batch's transaction in two round trips: everything it reads, then everything it writes and the commit.

The statements are prepared once per connection. They go over ``store/pipeline.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection

from gerai.store.arrays import Packed, Parameter, pack
from gerai.store.loads import DEFER_JOBS
from gerai.store.pipeline import rows_of, run
from gerai.store.table import Table

_encode = msgspec.json.Encoder().encode


class Reading(NamedTuple):
    """A statement of ``store.loads``, its parameters, and the table whose records its rows are."""

    sql: bytes
    params: Sequence[Parameter]
    table: Table[Any]


class Writing(NamedTuple):
    """A statement that writes many rows, one packed array per column."""

    sql: bytes
    params: Sequence[Packed]


class Deferred(NamedTuple):
    """A job to defer. ``due`` None: now."""

    queue: str
    task: str
    lock: str | None
    args: dict[str, Any]
    due: datetime | None


async def begin(connection: AsyncConnection, statements: Sequence[Reading]) -> list[Iterable[Any]]:
    """Begin the transaction and read; one iterable of records per statement, in their order."""
    # Sent together: beginning costs no round trip of its own.
    _, *results = await run(connection, [(b"BEGIN", ()), *((sql, params) for sql, params, _ in statements)])
    return [
        map(statement.table.read, rows_of(connection, result))
        for statement, result in zip(statements, results, strict=True)
    ]


async def commit(connection: AsyncConnection, statements: Iterable[Writing]) -> None:
    """Write and commit. Nothing to write: just end the transaction."""
    # In the same round trip: after a statement that fails, the server skips the rest, this too.
    await run(connection, [*statements, (b"COMMIT", ())])


def inserting(table: Table[Any], rows: Sequence[Any]) -> Writing:
    """New rows of one table."""
    return Writing(table.insert_sql, table.insert_params(rows))


def updating(table: Table[Any], rows: Sequence[Any]) -> Writing:
    """Changed rows of one table: their mutable columns."""
    return Writing(table.update_sql, table.update_params(rows))


def deferring(jobs: Sequence[Deferred]) -> Writing:
    """Jobs of the queue."""
    queues, tasks, locks, args, due = zip(*jobs, strict=True)
    columns = [
        pack("text", queues),
        pack("text", tasks),
        pack("text", locks),
        pack("jsonb", [_encode(arguments) for arguments in args]),
        pack("timestamptz", due),
    ]
    return Writing(DEFER_JOBS, columns)
