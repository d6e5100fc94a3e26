"""One batch's transaction in two round trips: everything it reads, then everything it writes and the commit.

The statements are prepared once per connection. This is the only place where the hot path meets the driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection, AsyncCursor

from gerai.store.arrays import Packed, pack
from gerai.store.loads import DEFER_JOBS
from gerai.store.table import Table

_encode = msgspec.json.Encoder().encode


class Reading(NamedTuple):
    """A statement of ``store.loads``, its parameters, and the table whose records its rows are."""

    sql: bytes
    params: Sequence[Any]
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
    cursors: list[AsyncCursor[Any]] = []
    async with connection.pipeline():
        # Sent together with what follows: beginning costs no round trip of its own.
        await connection.execute("BEGIN")
        for statement in statements:
            # Binary results: integers and times are decoded without parsing text.
            cursor = connection.cursor(binary=True)
            await cursor.execute(statement.sql, statement.params, prepare=True)
            cursors.append(cursor)
    return [
        map(statement.table.read, await cursor.fetchall())
        for statement, cursor in zip(statements, cursors, strict=True)
    ]


async def commit(connection: AsyncConnection, statements: Iterable[Writing]) -> None:
    """Write and commit. Nothing to write: just end the transaction."""
    async with connection.pipeline():
        cursor: AsyncCursor[Any] = connection.cursor()
        for sql, params in statements:
            await cursor.execute(sql, params, prepare=True)
        # In the same round trip: after a statement that fails, the server skips the rest of a pipeline, this too.
        await cursor.execute("COMMIT")


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
