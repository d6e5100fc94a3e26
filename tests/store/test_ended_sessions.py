"""The pool that reads take their connections from."""

from __future__ import annotations

import asyncio

from gerai.store.connection import make_pool, open_connection


async def test_sessions_that_ended_are_not_handed_out(dsn: str) -> None:
    """After the server has ended every idle session (a restart, a failover), the very next reads work."""
    pool = make_pool(dsn, 8)
    await pool.open(wait=True)
    async with pool, await open_connection(dsn) as other:

        async def pid() -> int:
            async with pool.connection() as connection:
                await connection.execute("SELECT pg_sleep(0.2)")
                return connection.info.backend_pid

        before = set(await asyncio.gather(*(pid() for _ in range(8))))
        assert len(before) > 1
        for each in before:
            await other.execute("SELECT pg_terminate_backend(%s, 5000)", [each])
        after = [await pid() for _ in range(10)]
        assert not before & set(after)
