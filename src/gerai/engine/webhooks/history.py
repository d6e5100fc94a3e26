"""The delivery log: look at it, and send again what is in it."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.filters import DeliveryFilter
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.webhooks import Delivery, Endpoint, SentAttempt
from gerai.engine.core import Engine
from gerai.engine.webhooks.signing import message_id
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.store import webhook_endpoints, webhook_log
from gerai.store.connection import Connection


async def list_deliveries(
    engine: Engine, merchant_id: int, *, endpoint_id: int | None = None, status: str = "", limit: int = 50
) -> list[Delivery]:
    """A merchant's deliveries, of the newest events first."""
    wanted = DeliveryFilter(endpoint_id=endpoint_id, status=status)
    async with engine.connection() as connection:
        return await webhook_log.deliveries(connection, merchant_id, wanted, limit)


async def show_delivery(engine: Engine, merchant_id: int, delivery_id: int) -> tuple[Delivery, list[SentAttempt]]:
    """One delivery and every attempt at it, oldest first. NotFound."""
    async with engine.connection() as connection:
        found = await webhook_log.delivery(connection, merchant_id, delivery_id)
        if found is None:
            raise NotFound("delivery", str(delivery_id))
        return found, await webhook_log.attempts(connection, merchant_id, delivery_id)


async def name_of_message(engine: Engine, sealer: SecretBox, delivery: Delivery) -> str:
    """The id its receiver sees; empty where the endpoint's secret, of which it is made, cannot be opened."""
    async with engine.connection() as connection:
        endpoint = await webhook_endpoints.endpoint(connection, delivery.merchant_id, delivery.endpoint_id)
    try:
        return "" if endpoint is None else message_id(delivery, sealer.open(endpoint.secret_sealed))
    except SecretBoxError:
        return ""


async def replay_one(engine: Engine, merchant_id: int, delivery_id: int) -> None:
    """Send it again, under the same message id. NotFound; StateConflict of its endpoint while that is not active, else
    of the delivery while it is pending."""
    delivery, _ = await show_delivery(engine, merchant_id, delivery_id)
    now = engine.now(merchant_id, delivery.environment)
    async with engine.connection() as connection:
        if await webhook_log.replay(connection, merchant_id, [delivery_id], now):
            return
        await _require_active(connection, merchant_id, delivery.endpoint_id)
    raise StateConflict("delivery", str(delivery_id), "pending", "replay")


async def replay_range(
    engine: Engine,
    merchant_id: int,
    endpoint_id: int,
    begin: datetime,
    end: datetime,
    *,
    undelivered_only: bool = False,
) -> list[int]:
    """Send again what happened from ``begin`` until before ``end``, in each order's own sequence; returns the ids of
    the deliveries, oldest first. A long range is replayed piece by piece, the oldest first. NotFound for an endpoint
    that never was, StateConflict for one that is not active."""
    async with engine.connection() as connection:
        endpoint = await _require_active(connection, merchant_id, endpoint_id)
        wanted = DeliveryFilter(
            endpoint_id=endpoint_id, happened_from=begin, happened_until=end, undelivered=undelivered_only
        )
        now = engine.now(merchant_id, endpoint.environment)
        replayed: list[int] = []
        after: Delivery | None = None
        while found := await webhook_log.finished(connection, merchant_id, wanted, after, webhook_log.REPLAYED_AT_ONCE):
            ids, after = [delivery.delivery_id for delivery in found], found[-1]
            replayed += await webhook_log.replay(connection, merchant_id, ids, now)
    return replayed


async def _require_active(connection: Connection, merchant_id: int, endpoint_id: int) -> Endpoint:
    """The endpoint, to which messages go. NotFound; StateConflict when it is disabled or removed."""
    endpoint = await webhook_endpoints.endpoint(connection, merchant_id, endpoint_id)
    if endpoint is None:
        raise NotFound("webhook endpoint", str(endpoint_id))
    if endpoint.status != "active":
        raise StateConflict("webhook endpoint", str(endpoint_id), endpoint.status, "replay")
    return endpoint
