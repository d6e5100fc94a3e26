"""Figures of the work from the database: one small question each, with a short time limit of its own."""

from __future__ import annotations

from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from gerai.store.due import CLOCK, DUE_ORDERS

#: A question the database cannot answer in this time is left open: a scrape must never be what slows a server down.
_TIME_LIMIT: Final = "SET LOCAL statement_timeout = '1s'"
#: Overdue orders are counted no further.
OVERDUE_AT_MOST: Final = 10_000

_JOBS: Final = """
SELECT queue_name, CASE WHEN status = 'failed' THEN 'failed' WHEN status = 'doing' THEN 'running'
                        WHEN scheduled_at > now() THEN 'scheduled' ELSE 'waiting' END, count(*)
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2 ORDER BY 1, 2"""

_OVERDUE: Final = f"SELECT environment, count(*) FROM ({DUE_ORDERS}) d GROUP BY environment"

#: In work since the order last moved, on its own clock.
_OPEN_FULFILMENTS: Final = f"""
SELECT t.environment, t.provider, f.status, count(*), extract(epoch FROM max({CLOCK} - t.updated_at))::float8
FROM fulfilments f JOIN orders t USING (merchant_id, order_id) JOIN merchants m USING (merchant_id)
WHERE f.status IN ('requested', 'unknown') AND t.status = 'processing' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

_CHECKS: Final = """
SELECT invariant, broken_rows, took_ms, extract(epoch FROM checked_at)::float8
FROM book_checks WHERE merchant_id = 0 ORDER BY invariant"""


async def jobs(connection: AsyncConnection) -> list[tuple[str, str, int]]:
    """(queue, state, how many) of background jobs; state: waiting | scheduled | running | failed."""
    return await _rows(connection, _JOBS)


async def overdue_orders(connection: AsyncConnection) -> list[tuple[str, int]]:
    """(environment, how many) of orders past their time that nobody has expired yet."""
    return await _rows(connection, _OVERDUE, (OVERDUE_AT_MOST,))


async def open_fulfilments(connection: AsyncConnection) -> list[tuple[str, str, str, int, float]]:
    """(environment, provider, status, how many, seconds of the oldest) of fulfilments without an end."""
    return await _rows(connection, _OPEN_FULFILMENTS)


async def book_checks(connection: AsyncConnection) -> list[tuple[str, int, int, float]]:
    """(invariant, broken rows, milliseconds it took, Unix time) of the last check of all books."""
    return await _rows(connection, _CHECKS)


async def _rows(connection: AsyncConnection, query: LiteralString, params: tuple[Any, ...] = ()) -> list[Any]:
    # SET LOCAL ends with the transaction: the next user of this connection has no such limit.
    async with connection.transaction():
        await connection.execute(_TIME_LIMIT)
        cursor = await connection.execute(query, params)
        return await cursor.fetchall()
