"""What is due: orders, payments and deposits past their time, fulfilments nobody asks about any more, records old
enough to go.

"Now" is the clock of each merchant's environment: in the sandbox the test clock, when one is set.
"""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection, sql

from gerai.store.conditions import query
from gerai.store.test_clock import NOW

#: The time on the clock of merchant ``m`` in the environment of ``t``.
CLOCK: Final = f"""
CASE WHEN t.environment = 'sandbox'
     THEN {NOW}
     ELSE now() END"""
#: The furthest any clock is ahead: lets the index on expires_at end the scan early.
_FURTHEST: Final = f"(SELECT greatest(now(), max({NOW})) FROM merchants)"

#: Without those whose invoice is paid: they never expire, whatever state they stand at. About a conflict, or money that
#: came late, a person decides first.
DUE_ORDERS: Final = f"""
SELECT t.merchant_id, t.environment, t.order_id FROM orders t JOIN merchants m USING (merchant_id)
WHERE t.status IN ('draft', 'pending') AND t.expires_at IS NOT NULL AND t.payment_mark <> 'conflict'
  AND NOT EXISTS (SELECT FROM invoices i
                  WHERE i.merchant_id = t.merchant_id AND i.invoice_id = t.order_id AND i.status = 'paid')
  AND NOT EXISTS (SELECT FROM payments p
                  WHERE p.merchant_id = t.merchant_id AND p.order_id = t.order_id AND p.status = 'late')
  AND t.expires_at <= {_FURTHEST} AND t.expires_at <= {CLOCK}
ORDER BY t.expires_at LIMIT %s"""

DUE_PAYMENTS: Final = f"""
SELECT t.merchant_id, t.environment, t.order_id, t.payment_id FROM payments t JOIN merchants m USING (merchant_id)
WHERE t.status = 'processing' AND t.expires_at IS NOT NULL
  AND t.expires_at <= {_FURTHEST} AND t.expires_at <= {CLOCK}
ORDER BY t.expires_at LIMIT %s"""

DUE_DEPOSITS: Final = f"""
SELECT t.merchant_id, t.environment, t.deposit_id FROM deposits t JOIN merchants m USING (merchant_id)
WHERE t.status = 'pending' AND t.expires_at IS NOT NULL
  AND t.expires_at <= {_FURTHEST} AND t.expires_at <= {CLOCK}
ORDER BY t.expires_at LIMIT %s"""

#: A fulfilment that is still open, untouched for a while, and has no job that would ask about it.
REQUEUE_FORGOTTEN: Final = """
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW(%s, %s, 0, x.lock, NULL, jsonb_build_object('merchant_id', x.merchant_id, 'order_id', x.order_id), NULL)
    ::procrastinate_job_to_defer_v1))
FROM (SELECT f.merchant_id, f.order_id, 'order:' || f.merchant_id || ':' || f.order_id AS lock
      FROM fulfilments f JOIN orders o USING (merchant_id, order_id)
      WHERE f.status IN ('requested', 'unknown') AND f.updated_at < now() - %s * interval '1 second'
        AND o.status = 'processing' AND f.provider = ANY(%s)
      ORDER BY f.updated_at LIMIT %s) x
WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.lock = x.lock AND j.status IN ('todo', 'doing'))
HAVING count(*) > 0"""

#: Bounded, so that a backlog is worked off in many short transactions.
FORGET_ANSWERS: Final = """
DELETE FROM idempotency_keys WHERE ctid IN
    (SELECT ctid FROM idempotency_keys WHERE created_at < now() - %s * interval '1 day' LIMIT %s)"""

#: Those that succeeded are gone at once; when the others ended stands in the queue's own log.
FORGET_JOBS: Final = """
DELETE FROM procrastinate_jobs WHERE id IN
    (SELECT j.id FROM procrastinate_jobs j
     WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
       AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) < now() - %s * interval '1 day'
     LIMIT %s)"""

FORGET_AMOUNTS: Final = """
DELETE FROM expected_amounts WHERE ctid IN
    (SELECT e.ctid FROM expected_amounts e WHERE e.expected_until < now()
     AND NOT EXISTS (SELECT FROM payments p WHERE p.merchant_id = e.merchant_id AND p.payment_id = e.payment_id
                     AND p.status = 'processing')
     AND NOT EXISTS (SELECT FROM deposits d WHERE d.merchant_id = e.merchant_id AND d.deposit_id = e.deposit_id
                     AND d.status = 'pending')
     LIMIT %s)"""

#: Tables that have rows and no statistics yet. The plans of foreign keys are kept for a session's life; made without
#: statistics they may walk a whole index for every row (measured: 27 ms instead of 1 ms for 64 order lines). With only
#: a few rows the statistics could not tell the indexes apart either.
_NEVER_ANALYZED: Final = """
SELECT format('ANALYZE %I', relname) FROM pg_stat_user_tables
WHERE n_live_tup >= 100 AND last_analyze IS NULL AND last_autoanalyze IS NULL AND schemaname = current_schema()
ORDER BY relname"""


async def due_orders(connection: AsyncConnection, limit: int) -> list[tuple[int, str, int]]:
    """(merchant_id, environment, order_id) of unpaid orders past their time."""
    cursor = await connection.execute(query(DUE_ORDERS), (limit,))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def due_payments(connection: AsyncConnection, limit: int) -> list[tuple[int, str, int, int]]:
    """(merchant_id, environment, order_id, payment_id) of open payments past their time."""
    cursor = await connection.execute(query(DUE_PAYMENTS), (limit,))
    return [(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()]


async def due_deposits(connection: AsyncConnection, limit: int) -> list[tuple[int, str, int]]:
    """(merchant_id, environment, deposit_id) of open deposits past their time."""
    cursor = await connection.execute(query(DUE_DEPOSITS), (limit,))
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def requeue_forgotten(
    connection: AsyncConnection, queue: str, task: str, older_than_s: float, providers: list[str], limit: int
) -> None:
    """Defer a job for each forgotten fulfilment of these providers."""
    await connection.execute(REQUEUE_FORGOTTEN, (queue, task, older_than_s, providers, limit))


async def forget_answers(connection: AsyncConnection, older_than_days: int, limit: int) -> int:
    """Delete stored answers that nobody may replay any more; returns how many."""
    cursor = await connection.execute(FORGET_ANSWERS, (older_than_days, limit))
    return cursor.rowcount


async def forget_jobs(connection: AsyncConnection, older_than_days: int, limit: int) -> int:
    """Delete jobs that ended without success, with their log; returns how many."""
    cursor = await connection.execute(FORGET_JOBS, (older_than_days, limit))
    return cursor.rowcount


async def forget_amounts(connection: AsyncConnection, limit: int) -> int:
    """Delete expected amounts whose time is over and whose payment or deposit is not open: others may be asked for
    them again; returns how many."""
    cursor = await connection.execute(FORGET_AMOUNTS, (limit,))
    return cursor.rowcount


async def analyze_new_tables(connection: AsyncConnection) -> None:
    """Give tables their first statistics without waiting for autovacuum: every plan kept from now on is right."""
    cursor = await connection.execute(_NEVER_ANALYZED)
    for (statement,) in await cursor.fetchall():
        await connection.execute(sql.SQL(statement))
