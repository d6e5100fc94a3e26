"""Figures of the work from the database: one small question each, with a short time limit of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, LiteralString, cast

from psycopg import AsyncConnection

from gerai.kit.clock import unix_s
from gerai.store.due import CLOCK, DUE_DEPOSITS, DUE_ORDERS, DUE_PAYMENTS

#: A question the database cannot answer in this time is left open: a scrape must never be what slows a server down.
_TIME_LIMIT: Final = "SET LOCAL statement_timeout = '1s'"
#: Overdue orders are counted no further.
OVERDUE_AT_MOST: Final = 10_000
#: Money that waits for a person is counted no further.
WAITING_AT_MOST: Final = 1_000
#: The head of a queue is looked at no further: what waits longest stands there.
_HEAD: Final = 500

_JOBS: Final = """
SELECT queue_name, CASE WHEN status = 'failed' THEN 'failed' WHEN status = 'doing' THEN 'running'
                        WHEN scheduled_at > now() THEN 'scheduled' ELSE 'waiting' END, count(*)
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2 ORDER BY 1, 2"""

_OVERDUE: Final = f"SELECT environment, count(*) FROM ({DUE_ORDERS}) d GROUP BY environment"

#: A job that was never put off is due since it was deferred. Jobs of one lock run one after another, so only the first
#: of them is due.
_OLDEST_JOBS: Final = """
WITH first AS (SELECT min(id) AS id FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
               GROUP BY coalesce(lock, id::text))
SELECT task_name, state, extract(epoch FROM max(clock_timestamp() - since))::float8 FROM (
    (SELECT task_name, 'waiting' AS state, coalesce(scheduled_at, (
         SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)) AS since
     FROM first JOIN procrastinate_jobs j USING (id)
     WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT %s)
    UNION ALL
    (SELECT task_name, 'running', (
         SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')
     FROM procrastinate_jobs j WHERE status = 'doing' ORDER BY id LIMIT %s)) jobs
WHERE since IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"""

#: How long ago its time was over, of what is due longest; a person's clock in the sandbox may leap.
_OLDEST_OVERDUE: Final = " UNION ALL ".join(
    f"""
SELECT '{kind}', t.environment, extract(epoch FROM max({CLOCK} - t.expires_at))::float8
FROM ({due}) d JOIN {kind} t USING (merchant_id, {key}) JOIN merchants m USING (merchant_id) GROUP BY 1, 2"""
    for kind, key, due in (
        ("orders", "order_id", DUE_ORDERS), ("payments", "payment_id", DUE_PAYMENTS),
        ("deposits", "deposit_id", DUE_DEPOSITS),
    )
)  # fmt: skip

#: In work since the order last moved, on its own clock.
_OPEN_FULFILMENTS: Final = f"""
SELECT t.environment, t.provider, f.status, count(*), extract(epoch FROM max({CLOCK} - t.updated_at))::float8
FROM fulfilments f JOIN orders t USING (merchant_id, order_id) JOIN merchants m USING (merchant_id)
WHERE f.status IN ('requested', 'unknown') AND t.status = 'processing' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

_CHECKS: Final = """
SELECT invariant, broken_rows, took_ms, extract(epoch FROM checked_at)::float8
FROM book_checks WHERE merchant_id = 0 ORDER BY invariant"""

_BACKUP: Final = """
SELECT coalesce(extract(epoch FROM made_at)::float8, 0), bytes, took_ms, (fault <> '')::int FROM backups
WHERE merchant_id = 0"""


#: Through partial indexes that hold nothing else.
_MONEY_WAITING: Final = """
SELECT 'arrivals', count(*) FROM (SELECT FROM arrivals WHERE status = 'waiting' LIMIT %s) a
UNION ALL
SELECT 'notices', count(*) FROM (SELECT FROM notices WHERE status IN ('received', 'waiting') LIMIT %s) n
UNION ALL
SELECT 'refunds', count(*)
FROM (SELECT FROM refund_tasks WHERE ended_at IS NULL AND (status = 'open' OR fault <> '') LIMIT %s) r"""


async def jobs(connection: AsyncConnection) -> list[tuple[str, str, int]]:
    """(queue, state, how many) of background jobs; state: waiting | scheduled | running | failed."""
    return await _rows(connection, _JOBS)


async def overdue_orders(connection: AsyncConnection) -> list[tuple[str, int]]:
    """(environment, how many) of orders past their time that nobody has expired yet."""
    return await _rows(connection, cast("LiteralString", _OVERDUE), (OVERDUE_AT_MOST,))


async def money_waiting(connection: AsyncConnection) -> list[tuple[str, int]]:
    """(arrivals | notices | refunds, how many) of money that came in, of notices of it, and of refunds to be sent, that
    wait for a person."""
    return await _rows(connection, _MONEY_WAITING, (WAITING_AT_MOST,) * 3)


async def open_fulfilments(connection: AsyncConnection) -> list[tuple[str, str, str, int, float]]:
    """(environment, provider, status, how many, seconds of the oldest) of fulfilments without an end."""
    return await _rows(connection, cast("LiteralString", _OPEN_FULFILMENTS))


async def book_checks(connection: AsyncConnection) -> list[tuple[str, int, int, float]]:
    """(invariant, broken rows, milliseconds it took, Unix time) of the last check of all books."""
    return await _rows(connection, _CHECKS)


async def backup(connection: AsyncConnection) -> list[tuple[float, int, int, int]]:
    """(Unix time or 0 for never, bytes, milliseconds it took, 1 when the last attempt failed) of the last backup; empty
    before the first attempt."""
    return await _rows(connection, _BACKUP)


async def oldest_jobs(connection: AsyncConnection) -> list[tuple[str, str, float]]:
    """(task, ``waiting`` or ``running``, seconds) of the job that is due, or runs, longest."""
    return await _rows(connection, _OLDEST_JOBS, (_HEAD, _HEAD))


async def oldest_overdue(connection: AsyncConnection) -> list[tuple[str, str, float]]:
    """(orders | payments | deposits, environment, seconds) since the time of what nobody has expired yet was over."""
    return await _rows(connection, cast("LiteralString", _OLDEST_OVERDUE), (_HEAD,) * 3)


async def clock_skew(connection: AsyncConnection, now: Callable[[], float] = unix_s) -> list[tuple[float]]:
    """One row: by how many seconds this process's clock is ahead of the database's; negative: behind."""
    before_s = now()
    cursor = await connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
    after_s = now()
    # The database looked at its clock somewhere in between.
    return [((before_s + after_s) / 2 - row[0],) for row in await cursor.fetchall()]


async def timed(connection: AsyncConnection, question: Callable[[AsyncConnection], Awaitable[list[Any]]]) -> list[Any]:
    """The rows of a question of another module, within the time limit of a scrape."""
    async with connection.transaction():
        await connection.execute(_TIME_LIMIT)
        return await question(connection)


async def _rows(connection: AsyncConnection, query: LiteralString, params: tuple[Any, ...] = ()) -> list[Any]:
    # SET LOCAL ends with the transaction: the next user of this connection has no such limit.
    async with connection.transaction():
        await connection.execute(_TIME_LIMIT)
        cursor = await connection.execute(query, params)
        return await cursor.fetchall()
