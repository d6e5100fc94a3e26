"""The hot path's statements, straight over libpq's pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from gerai.store.arrays import Packed, pack
from gerai.store.connection import Connection, ConnectionLost, DatabaseError, drop, open_connection
from gerai.store.faults import Fault, fault_of
from gerai.store.pipeline import rows_of, run

BEGIN, COMMIT = (b"BEGIN", ()), (b"COMMIT", ())
INSERT = b"INSERT INTO pg_temp.kept (id, name) SELECT * FROM unnest(%b::int8[], %b::text[]) AS n(id, name)"
SELECT = b"SELECT id, name FROM pg_temp.kept WHERE id = ANY(%b::int8[]) AND id >= %b::int8 ORDER BY id"


@pytest_asyncio.fixture
async def connection(dsn: str) -> AsyncGenerator[Connection]:
    opened = await open_connection(dsn)
    await opened.execute("CREATE TEMP TABLE kept (id int8 PRIMARY KEY, name text NOT NULL)")
    yield opened
    await opened.close()


def rows(*named: tuple[int, str | None]) -> tuple[Packed, Packed]:
    return pack("int8", [number for number, _ in named]), pack("text", [name for _, name in named])


async def stored(connection: Connection) -> list[tuple[int, str]]:
    cursor = await connection.execute("SELECT id, name FROM pg_temp.kept ORDER BY id")
    return await cursor.fetchall()


async def test_results_come_in_the_order_of_the_statements(connection: Connection) -> None:
    """One result for each statement, whether it was prepared in this call, in it already, or in an earlier one."""
    two = [BEGIN, (INSERT, rows((1, "a"), (2, "b"))), (SELECT, (pack("int8", [1, 2]), 2)), (INSERT, rows((3, "é")))]
    first = await run(connection, [*two, (SELECT, (pack("int8", [3]), 0)), COMMIT])
    assert [list(rows_of(connection, result)) for result in first] == [[], [], [(2, "b")], [], [(3, "é")], []]
    [again] = await run(connection, [(SELECT, (pack("int8", [1, 3]), 0))])
    assert list(rows_of(connection, again)) == [(1, "a"), (3, "é")]


async def test_nothing_asked_for_is_nothing_found(connection: Connection) -> None:
    """Empty columns are empty arrays of their type."""
    inserted, found = await run(connection, [(INSERT, rows()), (SELECT, (pack("int8", []), 0))])
    assert (list(rows_of(connection, inserted)), list(rows_of(connection, found))) == ([], [])
    assert await stored(connection) == []


async def test_after_a_failure_nothing_more_is_run(connection: Connection) -> None:
    """The statement at fault is what is raised; what follows is skipped, COMMIT too; the connection goes on working."""
    writes = [BEGIN, (INSERT, rows((1, "a"))), (INSERT, rows((2, None))), (INSERT, rows((3, "c"))), COMMIT]
    with pytest.raises(DatabaseError, match="null value") as raised:
        await run(connection, writes)
    assert raised.value.sqlstate == "23502"
    await connection.execute("ROLLBACK")
    assert await stored(connection) == []
    # The failed call prepared its statements only in part; they are prepared again.
    await run(connection, [BEGIN, (INSERT, rows((4, "d"))), COMMIT])
    assert await stored(connection) == [(4, "d")]


async def test_more_than_any_buffer_holds(connection: Connection) -> None:
    """Megabytes each way: sending and reading go on beside each other, and nothing waits for ever."""
    many = [(number, "x" * 2000) for number in range(4000)]
    statements = [(INSERT, rows(*many)), *[(SELECT, (pack("int8", list(range(4000))), 0))] * 4]
    _, *found = await run(connection, statements)
    assert [list(rows_of(connection, result)) for result in found] == [many] * 4


async def test_the_servers_last_words_are_what_is_raised(dsn: str, connection: Connection) -> None:
    """A transaction that was silent too long was ended for certain; that its connection broke, too, hides nothing."""
    await connection.execute("SET idle_in_transaction_session_timeout = '50ms'")
    await run(connection, [BEGIN, (INSERT, rows((1, "a")))])
    await asyncio.sleep(0.3)
    with pytest.raises(DatabaseError) as raised:
        await run(connection, [(INSERT, rows((2, "b"))), COMMIT])
    assert raised.value.sqlstate == "25P03"
    assert fault_of(raised.value) is Fault.RACE
    assert connection.closed


async def test_a_connection_that_broke_is_lost(dsn: str, connection: Connection) -> None:
    """Ended by the server between two batches: ConnectionLost, as from the driver's own statements."""
    killer = await open_connection(dsn)
    await killer.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
    await killer.close()
    with pytest.raises(ConnectionLost) as raised:
        await run(connection, [BEGIN, (SELECT, (pack("int8", [1]), 0))])
    assert fault_of(raised.value) is Fault.STOPPING
    assert connection.closed


async def test_a_link_that_breaks_without_a_word_is_lost(connection: Connection) -> None:
    """Nobody knows what became of the statements."""
    running = asyncio.create_task(run(connection, [BEGIN, (b"SELECT pg_sleep(%b::int8)", (20,)), COMMIT]))
    await asyncio.sleep(0.1)
    drop(connection)
    with pytest.raises(ConnectionLost) as raised:
        await asyncio.wait_for(running, 1)
    assert fault_of(raised.value) is Fault.LOST


async def _deallocated(connection: Connection) -> None:
    """As after a transaction of the driver's own that was rolled back: it deallocates every statement there is."""
    await connection.execute("SELECT count(*) FROM pg_temp.kept", prepare=True)
    with pytest.raises(DatabaseError, match="division by zero"):
        async with connection.transaction():
            await connection.execute("SELECT 1 / 0")
    cursor = await connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'gerai%'")
    assert await cursor.fetchone() == (0,)


async def test_what_the_driver_deallocated_is_prepared_again(connection: Connection) -> None:
    """A connection that others use, too, loses our statements when the driver clears up: the next call succeeds, and
    does once what it does."""
    await run(connection, [(INSERT, rows((1, "a"))), (SELECT, (pack("int8", [1]), 0))])
    await _deallocated(connection)
    inserted, found = await run(connection, [(INSERT, rows((2, "b"))), (SELECT, (pack("int8", [1, 2]), 0))])
    assert (list(rows_of(connection, inserted)), list(rows_of(connection, found))) == ([], [(1, "a"), (2, "b")])
    assert await stored(connection) == [(1, "a"), (2, "b")]


async def test_in_a_transaction_it_is_a_fault_once(connection: Connection) -> None:
    """In the middle of a transaction nothing can be tried again: the call fails, nothing is written, the next works."""
    await run(connection, [(INSERT, rows((1, "a")))])
    await _deallocated(connection)
    with pytest.raises(DatabaseError) as raised:
        await run(connection, [BEGIN, (INSERT, rows((2, "b"))), COMMIT])
    assert raised.value.sqlstate == "26000"
    await connection.execute("ROLLBACK")
    await run(connection, [BEGIN, (INSERT, rows((3, "c"))), COMMIT])
    assert await stored(connection) == [(1, "a"), (3, "c")]
