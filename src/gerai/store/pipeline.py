"""Statements straight over libpq's pipeline: all that a batch reads or writes in one message, and one answer.

The driver's own pipeline sends each statement by itself and keeps a cursor for it. Here everything is handed to libpq
first and sent once, as statements that the connection has prepared. Measured: docs/explanation/speed.md.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import count
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, OperationalError
from psycopg.adapt import Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from gerai.store.arrays import Parameter, wire_bytes

Statement: TypeAlias = tuple[bytes, Sequence[Parameter]]
_DONE: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
#: What each connection has prepared: the statement's name by its text.
_prepared: WeakKeyDictionary[AsyncConnection, dict[bytes, bytes]] = WeakKeyDictionary()
#: No name is used twice: a statement whose preparing failed half-way is simply prepared again.
_numbers = count(1)


async def run(connection: AsyncConnection, statements: Sequence[Statement]) -> list[PGresult]:
    """Run statements in one round trip, in their order; one result for each.

    Each parameter's type follows from the statement (``%b::int8[]``). After a statement that fails the server skips the
    rest. Raises that statement's DatabaseError, or ConnectionLost.
    """
    try:
        return await _run(connection, statements)
    except InvalidSqlStatementName:
        # After a ROLLBACK or an ALTER the driver deallocates every statement of the connection, ours with its own.
        _prepared.pop(connection, None)
        if connection.info.transaction_status != TransactionStatus.IDLE:
            raise
        # Nothing was done: outside a transaction the server takes back all of it.
        return await _run(connection, statements)


async def _run(connection: AsyncConnection, statements: Sequence[Statement]) -> list[PGresult]:
    pgconn, known = connection.pgconn, _prepared.setdefault(connection, {})
    fresh: dict[bytes, bytes] = {}
    pgconn.enter_pipeline_mode()
    try:
        for sql, params in statements:
            name = known.get(sql) or fresh.get(sql)
            if name is None:
                name = fresh[sql] = b"gerai_%d" % next(_numbers)
                pgconn.send_prepare(name, _numbered(sql))
            values = [wire_bytes(value) for value in params]
            pgconn.send_query_prepared(name, values, [Format.BINARY] * len(values), Format.BINARY)
        pgconn.pipeline_sync()
        results = await connection.wait(_until_sync(pgconn, len(statements) + len(fresh)))
    finally:
        await _leave(connection)
    for result in results:
        if result.status not in _DONE:
            # The first that failed is the cause; those after it say only that they were skipped.
            raise error_from_result(result)
    if fresh:
        # Only now is it certain that they are there. Their own results stand before those of their first use.
        known.update(fresh)
        results = _without_preparing(results, statements, fresh)
    return results


def rows_of(connection: AsyncConnection, result: PGresult) -> Iterable[tuple[Any, ...]]:
    """The rows of one result."""
    reader = Transformer(connection)
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)


def _numbered(sql: bytes) -> bytes:
    """``%b`` are the driver's placeholders, ``$1`` the server's."""
    first, *rest = sql.split(b"%b")
    return first + b"".join(b"$%d%s" % (number, part) for number, part in enumerate(rest, start=1))


def _without_preparing(
    results: list[PGresult], statements: Sequence[Statement], fresh: dict[bytes, bytes]
) -> list[PGresult]:
    left, seen, kept = iter(results), set[bytes](), list[PGresult]()
    for sql, _ in statements:
        if sql in fresh and sql not in seen:
            seen.add(sql)
            next(left)
        kept.append(next(left))
    return kept


def _until_sync(pgconn: PGconn, expected: int) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Send what is queued and read every result, for ``connection.wait``. ``expected``: how many there are.

    A link that breaks after all of them, or after the server's own reason, leaves nothing open.
    """
    results: list[PGresult] = []
    unsent = pgconn.flush()
    while True:
        # Read while sending: a server whose answers nobody takes stops reading, too.
        ready = yield Wait.RW if unsent else Wait.R
        if not ready:
            # Nobody waits any more: the driver has asked the server to stop, and wants the end of it.
            continue
        if ready & Ready.R:
            try:
                pgconn.consume_input()
            except OperationalError:
                if len(results) >= expected or any(result.status not in _DONE for result in results):
                    return results[:expected]
                raise
            while not pgconn.is_busy():
                # None stands between the results of two statements.
                if (result := pgconn.get_result()) is None:
                    continue
                if result.status == ExecStatus.PIPELINE_SYNC:
                    return results
                results.append(result)
        if unsent:
            unsent = pgconn.flush()


async def _leave(connection: AsyncConnection) -> None:
    """Out of the pipeline. A connection with answers still under way is of no use to anybody."""
    try:
        if connection.pgconn.status == ConnStatus.OK:
            connection.pgconn.exit_pipeline_mode()
    except OperationalError:
        await connection.close()
