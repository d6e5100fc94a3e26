"""What is past its time, on the clock of each merchant's environment, and what is old enough to go."""

from __future__ import annotations

from typing import NamedTuple

from gerai.engine.core import Engine
from gerai.engine.orders.transitions import FULFIL_QUEUE, FULFIL_TASK
from gerai.store import due, proofs, webhook_deliveries

_FORGOTTEN_AFTER_S = 900


class Overdue(NamedTuple):
    """``orders``: (merchant_id, environment, order_id); ``payments``: (merchant_id, environment, order_id, payment_id);
    ``deposits``: (merchant_id, environment, deposit_id)."""

    orders: list[tuple[int, str, int]]
    payments: list[tuple[int, str, int, int]]
    deposits: list[tuple[int, str, int]]


async def find_overdue(engine: Engine, limit: int) -> Overdue:
    """What is still open past its time, ``limit`` of each kind at most, what waits longest first."""
    async with engine.connection() as connection:
        return Overdue(
            await due.due_orders(connection, limit),
            await due.due_payments(connection, limit),
            await due.due_deposits(connection, limit),
        )


async def requeue_forgotten(engine: Engine, automatic_providers: list[str], limit: int) -> None:
    """Defer a job for each fulfilment of these providers that is open, untouched for a while, and has none."""
    async with engine.connection() as connection:
        await due.requeue_forgotten(
            connection, FULFIL_QUEUE, FULFIL_TASK, _FORGOTTEN_AFTER_S, automatic_providers, limit
        )


async def forget_old(
    engine: Engine,
    *,
    keys_after_days: int,
    deliveries_after_days: int,
    jobs_after_days: int,
    proofs_after_days: int,
    limit: int,
) -> None:
    """Delete idempotency keys, finished webhook deliveries, failed jobs and proofs of payments that ended, older than
    that, and expected amounts whose time is over, ``limit`` of each at most."""
    async with engine.connection() as connection:
        await due.forget_answers(connection, keys_after_days, limit)
        await webhook_deliveries.forget(connection, deliveries_after_days, limit)
        await due.forget_jobs(connection, jobs_after_days, limit)
        await due.forget_amounts(connection, limit)
        await proofs.forget(connection, proofs_after_days, limit)
