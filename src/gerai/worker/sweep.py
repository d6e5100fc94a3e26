"""The janitor: looks for what is due by the clock, and for what was forgotten. Running it twice at once does no
harm."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from gerai.domain.refusals import Busy, Refusal
from gerai.engine.command import Command
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.overdue import find_overdue, forget_old, requeue_forgotten
from gerai.engine.payments.record import RecordPayment

log = structlog.get_logger("gerai.sweep")

_AT_ONCE = 500


async def sweep(engine: Engine) -> int:
    """Expire orders, payments and deposits whose time is over; returns how many."""
    orders, payments, deposits = await find_overdue(engine, _AT_ONCE)
    commands = [ExpireOrder(merchant_id=m, environment=e, order_id=o) for m, e, o in orders]
    # All at once: for the writer they are a batch or two.
    done = await asyncio.gather(*(_try(engine, command) for command in commands))
    # Payments of these end with their order.
    expiring = {(m, o) for m, _, o in orders}
    endings: list[Command[Any]] = [
        RecordPayment(merchant_id=m, environment=e, order_id=o, payment_id=p, outcome="expired")
        for m, e, o, p in payments
        if (m, o) not in expiring
    ]
    endings += [RecordDeposit(merchant_id=m, environment=e, deposit_id=d, outcome="expired") for m, e, d in deposits]
    ended = await asyncio.gather(*(_try(engine, command) for command in endings))
    return sum(done) + sum(ended)


async def tidy(
    engine: Engine,
    automatic_providers: list[str],
    *,
    keep_answers_days: int,
    keep_deliveries_days: int,
    keep_failed_jobs_days: int,
    keep_proofs_days: int,
) -> None:
    """Defer forgotten fulfilments again; let old stored answers, webhook deliveries, failed jobs, expected amounts and
    proofs of transfers go."""
    await requeue_forgotten(engine, automatic_providers, _AT_ONCE)
    await forget_old(
        engine,
        keys_after_days=keep_answers_days,
        deliveries_after_days=keep_deliveries_days,
        jobs_after_days=keep_failed_jobs_days,
        proofs_after_days=keep_proofs_days,
        limit=10 * _AT_ONCE,
    )


async def _try(engine: Engine, command: Command[Any]) -> bool:
    try:
        await engine.submit(command)
    except Busy:
        return False
    except Refusal as refusal:
        # Somebody paid or cancelled it in between: nothing to do.
        log.info("sweep.refused", command=type(command).__name__, **refusal.facts(), code=refusal.code)
        return False
    return True
