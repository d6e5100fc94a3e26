"""The delivery log: look at it, and send again what is in it."""

from __future__ import annotations

from typing import Final

from gerai.domain.filters import DeliveryFilter
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.webhooks import Delivery, Endpoint, SentAttempt
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.engine.webhooks.signing import message_id, secrets_of
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.store import webhook_endpoints, webhook_log
from gerai.store.connection import Connection

#: How many deliveries tell how an endpoint does lately.
LATELY: Final = 100


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
        return "" if endpoint is None else message_id(delivery, secrets_of(endpoint, sealer).ids)
    except SecretBoxError:
        return ""


async def lately(engine: Engine, merchant_id: int, endpoint_ids: list[int]) -> dict[int, dict[str, int]]:
    """Of each of these endpoints, how many of its newest deliveries (LATELY at most) are in each state."""
    async with engine.connection() as connection:
        return await webhook_log.how_many_lately(connection, merchant_id, endpoint_ids, LATELY)


async def last_answers(
    engine: Engine, merchant_id: int, endpoint_id: int, limit: int
) -> list[tuple[Delivery, SentAttempt]]:
    """The last attempt at each of an endpoint's newest deliveries, of the newest events first."""
    newest = await list_deliveries(engine, merchant_id, endpoint_id=endpoint_id, limit=limit)
    async with engine.connection() as connection:
        found = await webhook_log.last_attempts(connection, merchant_id, [one.delivery_id for one in newest])
    return [(one, found[one.delivery_id]) for one in newest if one.delivery_id in found]


async def deliveries_of_order(engine: Engine, merchant_id: int, order_id: int) -> list[Delivery]:
    """What was made of an order's events, of the newest first; of no order more than a thousand."""
    async with engine.connection() as connection:
        found = await webhook_log.of_order(connection, merchant_id, order_id, webhook_log.REPLAYED_AT_ONCE)
    return [one for _, one in found]


async def find_deliveries(engine: Engine, merchant_id: int, wanted: DeliveryFilter, limit: int) -> list[Delivery]:
    """Those that are wanted, of the newest events first."""
    async with engine.connection() as connection:
        return await webhook_log.deliveries(connection, merchant_id, wanted, limit)


async def replay_one(engine: Engine, merchant_id: int, delivery_id: int) -> None:
    """Send it again, under the same message id. NotFound; StateConflict of its endpoint while that is not active, else
    of the delivery while it is pending."""
    async with changing(engine, merchant_id) as connection:
        delivery = await webhook_log.delivery(connection, merchant_id, delivery_id)
        if delivery is None:
            raise NotFound("delivery", str(delivery_id))
        now = engine.now(merchant_id, delivery.environment)
        if not await webhook_log.replay(connection, merchant_id, [delivery_id], now):
            await require_active(connection, merchant_id, delivery.endpoint_id)
            raise StateConflict("delivery", str(delivery_id), "pending", "replay")
        note(delivery_id, endpoint_id=delivery.endpoint_id, event=delivery.event)


async def require_active(connection: Connection, merchant_id: int, endpoint_id: int, environment: str = "") -> Endpoint:
    """The endpoint, to which messages go. NotFound; StateConflict when it is disabled or removed."""
    endpoint = await webhook_endpoints.endpoint(connection, merchant_id, endpoint_id)
    if endpoint is None or environment not in ("", endpoint.environment):
        raise NotFound("webhook endpoint", str(endpoint_id))
    if endpoint.status != "active":
        raise StateConflict("webhook endpoint", str(endpoint_id), endpoint.status, "replay")
    return endpoint
