"""The pool that reads take their connections from: bounded in every direction, and back as soon as the database is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import LiteralString

import pytest

from gerai.settings import DatabaseSettings
from gerai.store.connection import ConnectionLost, DatabaseError, open_connection
from gerai.store.faults import Fault, PoolFull, fault_of
from gerai.store.pool import Pool, PoolLimits


@asynccontextmanager
async def opened(dsn: str, size: int = 8, wait_s: float = 2.0, waiting: int = 256) -> AsyncGenerator[Pool]:
    pool = Pool(dsn, PoolLimits(size, wait_s, waiting))
    await pool.open()
    yield pool
    await pool.close()


async def pid(pool: Pool, holding_s: float = 0.0) -> int:
    """The backend that served."""
    async with pool.connection() as connection:
        await connection.execute(f"SELECT pg_sleep({holding_s})")  # type: ignore[arg-type]
        return connection.info.backend_pid


async def fails(pool: Pool, before: LiteralString) -> None:
    """A pipeline whose first statement fails, so that the server skips the second."""
    async with pool.connection() as connection, connection.pipeline():
        await connection.execute("SELECT 1 / 0")
        await connection.execute(before)


async def test_sessions_that_ended_are_not_handed_out(dsn: str) -> None:
    """After the server has ended every idle session (a restart, a failover), the very next reads work."""
    async with opened(dsn) as pool, await open_connection(dsn) as other:
        before = set(await asyncio.gather(*(pid(pool, 0.2) for _ in range(8))))
        assert len(before) == 8
        for each in before:
            await other.execute("SELECT pg_terminate_backend(%s, 5000)", [each])
        after = [await pid(pool) for _ in range(10)]
        assert not before & set(after)


async def test_a_connection_on_which_something_failed_is_not_used_again(dsn: str) -> None:
    """What the server skipped after a fault in a pipeline, the driver takes for prepared: who comes next is served."""
    async with opened(dsn, 1) as pool:
        async with pool.connection() as connection:
            # As often as it takes until the next time prepares it.
            for _ in range(connection.prepare_threshold or 0):
                await connection.execute("SELECT 7")
        first = await pid(pool)
        with pytest.raises(DatabaseError):
            await fails(pool, before="SELECT 7")
        async with pool.connection() as connection:
            cursor = await connection.execute("SELECT 7")
            assert await cursor.fetchall() == [(7,)]
        assert await pid(pool) != first


async def test_no_more_connections_than_its_size(dsn: str) -> None:
    """Thirty at once are served by three connections, everybody in turn."""
    async with opened(dsn, 3) as pool:
        served = await asyncio.gather(*(pid(pool, 0.01) for _ in range(30)))
        assert len(set(served)) == 3


async def test_waiting_is_bounded(dsn: str) -> None:
    """One connection, in use: two may wait, for a second, the third not at all; afterwards everybody is served."""
    async with opened(dsn, 1, 1.0, 2) as pool:
        holder = asyncio.create_task(pid(pool, 2.5))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        waiting = [asyncio.create_task(pid(pool)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(PoolFull):
            await pid(pool)
        assert time.monotonic() - began < 0.8
        assert [type(e) for e in await asyncio.gather(*waiting, return_exceptions=True)] == [PoolFull] * 2
        assert 1.0 <= time.monotonic() - began < 2.2
        assert await holder == await pid(pool)


async def test_a_caller_that_leaves_keeps_no_place(dsn: str) -> None:
    """Cancelled while waiting, and while reading: the connection is there for the next."""
    async with opened(dsn, 1) as pool:
        for _ in range(20):
            tasks = [asyncio.create_task(pid(pool, 0.02)) for _ in range(4)]
            await asyncio.sleep(0.03)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        served = await asyncio.wait_for(asyncio.gather(*(pid(pool) for _ in range(5))), 10)
        assert len(set(served)) == 1


async def test_an_open_transaction_is_not_passed_on(dsn: str) -> None:
    """Whoever leaves one behind loses the connection, not the next reader its clean start."""
    async with opened(dsn, 1) as pool:
        async with pool.connection() as connection:
            await connection.execute("BEGIN")
        async with pool.connection() as connection:
            assert connection.info.transaction_status.name == "IDLE"


async def test_a_database_that_is_away_is_known_to_be(dsn: str) -> None:
    """The first to meet it pays for it; the others are refused at once, and all are served again within a second after
    it is back."""
    async with opened(dsn, 4) as pool, await open_connection(dsn) as other:
        where = pool.dsn
        served = set(await asyncio.gather(*(pid(pool, 0.1) for _ in range(4))))
        pool.dsn = "postgresql://nobody@127.0.0.1:9/nothing"
        for each in served:
            await other.execute("SELECT pg_terminate_backend(%s, 5000)", [each])
        with pytest.raises(ConnectionLost):
            await pid(pool)
        assert pool.away
        began = time.monotonic()
        refused = await asyncio.gather(*(pid(pool) for _ in range(300)), return_exceptions=True)
        assert time.monotonic() - began < 3
        assert {fault_of(error) for error in refused if isinstance(error, DatabaseError)} == {Fault.LOST}
        pool.dsn = where
        await asyncio.sleep(1.3)
        assert not pool.away
        assert await pid(pool)


@pytest.mark.parametrize("known", [False, True])
async def test_a_server_that_hangs_holds_nobody_for_ever(dsn: str, known: bool) -> None:
    """It neither answers nor hangs up, and gives no new connection: whoever waits for it is let go, also when somebody
    else met that before and the pool tries to come back meanwhile."""
    session = replace(DatabaseSettings(), statement_timeout_s=0.2)
    pool = Pool(dsn, PoolLimits(2), session)
    await pool.open()
    reading = asyncio.create_task(_sleeping(pool))
    await asyncio.sleep(0.2)
    # The server's own limit is lifted there, so only we can end it.
    pool.dsn = "postgresql://nobody@127.0.0.1:9/nothing"
    if known:
        with pytest.raises(ConnectionLost):
            await _sleeping(pool)
        assert pool.away
    with pytest.raises(ConnectionLost):
        await asyncio.wait_for(reading, 4)
    await pool.close()


async def _sleeping(pool: Pool) -> None:
    async with pool.connection() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SELECT pg_sleep(60)")
