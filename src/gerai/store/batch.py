"""One batch's transaction in two round trips: everything it reads, then everything it writes and the commit.

The statements are prepared once per connection. They go over ``store/pipeline.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import AsyncConnection

from gerai.store.arrays import Packed, Parameter, pack
from gerai.store.loads import DEFER_JOBS
from gerai.store.pipeline import rows_of, run
from gerai.store.table import Table

_encode = msgspec.json.Encoder().encode

#: What a writer's session waits for a lock, unless its transaction says otherwise. Ten times what a batch takes; who
#: waits behind it is answered within a second all the same.
WRITER_LOCK_WAIT_MS: Final = 300
#: The writer finds every row by its key, and its plans live as long as its session: one made while a table was small
#: would read all of it ever after.
WRITER_SESSION: Final = f"""
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
SET lock_timeout = {WRITER_LOCK_WAIT_MS}""".encode()


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
    """A job to defer, by so much from now on the database's clock; None: not at all."""

    queue: str
    task: str
    lock: str | None
    args: dict[str, Any]
    delay_ms: int | None
    #: With it, which is its lock then, none is made while one of it waits or runs. No two of one batch have the same.
    single: str | None = None


async def begin(
    connection: AsyncConnection, statements: Sequence[Reading], lock_wait_ms: int = WRITER_LOCK_WAIT_MS
) -> list[Iterable[Any]]:
    """Begin the transaction and read; one iterable of records per statement, in their order. Each of the transaction's
    locks is waited for so long."""
    # Sent together: beginning costs no round trip of its own.
    opening: list[tuple[bytes, Sequence[Parameter]]] = [(b"BEGIN", ())]
    if lock_wait_ms != WRITER_LOCK_WAIT_MS:
        opening.append((b"SET LOCAL lock_timeout = %d" % lock_wait_ms, ()))
    results = await run(connection, [*opening, *((sql, params) for sql, params, _ in statements)])
    del results[: len(opening)]
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


def deleting(table: Table[Any], rows: Sequence[Any]) -> Writing:
    """Rows of one table that go, by their keys."""
    return Writing(table.delete_sql, table.delete_params(rows))


def deferring(jobs: Sequence[Deferred]) -> Writing:
    """Jobs of the queue."""
    queues, tasks, locks, args, delays_ms, singles = zip(*jobs, strict=True)
    columns = [
        pack("text", queues),
        pack("text", tasks),
        pack("text", locks),
        pack("jsonb", [_encode(arguments) for arguments in args]),
        pack("int8", delays_ms),
        pack("text", singles),
    ]
    return Writing(DEFER_JOBS, columns)
