"""The job of every fulfilment: ask an order's provider when no caller is waiting for its result any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from gerai.domain.refusals import PartnerUnavailable
from gerai.engine.core import Engine
from gerai.engine.fulfilment.carry_out import follow_up, inquire
from gerai.engine.fulfilment.providers import provider_for
from gerai.ports.fulfilment import FulfilmentProvider

log = structlog.get_logger("gerai.worker.fulfil")
#: How long the worker waits for one answer, in seconds.
TIMEOUT_S: Final = 30.0


async def fulfil(
    engine: Engine,
    providers: Mapping[str, FulfilmentProvider],
    merchant_id: int,
    order_id: int,
    *,
    beside: bool = False,
) -> None:
    """Ask the order's provider and record the result; what stays open defers the next job with the record. ``beside``
    those jobs it is only inquired, and nothing is deferred.

    Nothing to do for an order that is final, that people fulfil, or that is gone. Safe to run any number of times.
    """
    view = await engine.orders.by_id(merchant_id, order_id)
    if view is None or view.fulfilment is None or view.order.status != "processing":
        return
    order, merchant = view.order, engine.directory.merchant(merchant_id)
    try:
        provider = provider_for(providers, order.provider, merchant, order.environment)
    except PartnerUnavailable:
        # Gone, or a simulator under a real order: people finish it (gerai orders).
        log.error("fulfil.no_such_provider", merchant_id=merchant_id, order_id=order_id, provider=order.provider)
        return
    if provider.automatic:
        asked = inquire if beside else follow_up
        recorded = await asked(engine, provider, view, TIMEOUT_S)
        log.info("fulfil.asked", merchant_id=merchant_id, order_id=order_id, status=recorded.view.order.status)
