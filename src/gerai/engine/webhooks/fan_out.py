"""Make the messages of an order's events: one delivery for each endpoint that subscribes to it."""

from __future__ import annotations

from collections.abc import Mapping

from gerai.domain.records import OrderView
from gerai.domain.states import DELIVERY
from gerai.domain.webhooks import Delivery, Endpoint
from gerai.engine.core import Engine
from gerai.engine.orders.find import EventEntry
from gerai.engine.webhooks.contract import Occurrence, WebhookContract, WebhookMessage, encode
from gerai.store import webhook_deliveries, webhook_endpoints


async def fan_out(
    engine: Engine, contracts: Mapping[str, WebhookContract], merchant_id: int, order_id: int, base_url: str
) -> int:
    """Write the deliveries an order's events lack; returns how many. Safe to run any number of times."""
    # Read before the order: what it tells is then at least as new as the newest of them.
    events = await engine.events.of_orders(merchant_id, [order_id])
    view = await engine.orders.by_id(merchant_id, order_id)
    if view is None or (contract := contracts.get(view.order.channel)) is None:
        return 0
    async with engine.connection() as connection:
        endpoints = await webhook_endpoints.endpoints(connection, merchant_id)
        already_sent = {
            endpoint.endpoint_id: await webhook_deliveries.fanned_out_events(
                connection, merchant_id, endpoint.endpoint_id, order_id
            )
            for endpoint in endpoints
            if _hears(endpoint, view)
        }
    if not already_sent:
        return 0
    new: list[Delivery] = []
    for endpoint in endpoints:
        done = already_sent.get(endpoint.endpoint_id)
        if done is None:
            continue
        last, highest = 0, max(done.values(), default=0)
        for position, event in enumerate(events):
            if event.event_id in done:
                last = max(last, done[event.event_id])
                continue
            occurrence = Occurrence(
                event, view, tuple(events[: position + 1]), engine.directory.merchant(merchant_id), base_url
            )
            messages = await _messages(engine, contract, endpoint, occurrence)
            if event.event_id > endpoint.after_event_id:
                # Numbered on from earlier runs: receivers may go by the number alone.
                last = max(last, highest)
                new += _deliveries(engine, endpoint, event, messages, last)
            # Else from before the endpoint, or its deliveries were removed: their numbers are not given a second time.
            last += len(messages)
    if not new:
        return 0
    async with engine.connection() as connection:
        return await webhook_deliveries.add_deliveries(connection, new)


def _hears(endpoint: Endpoint, view: OrderView) -> bool:
    order = view.order
    return (endpoint.environment, endpoint.channel) == (order.environment, order.channel) and (
        endpoint.key_id is None or endpoint.key_id == order.key_id
    )


async def _messages(
    engine: Engine, contract: WebhookContract, endpoint: Endpoint, occurrence: Occurrence
) -> list[tuple[int, WebhookMessage]]:
    """Which messages of one event an endpoint wants, each with its number among all of them."""
    return [
        (part, message)
        for part, message in enumerate(await contract.compose(engine, occurrence))
        if not endpoint.events or message.event in endpoint.events
    ]


def _deliveries(
    engine: Engine, endpoint: Endpoint, event: EventEntry, messages: list[tuple[int, WebhookMessage]], last: int
) -> list[Delivery]:
    """The deliveries of one event's messages, numbered after ``last``. An endpoint that is switched off gets them as
    dropped ones, so that they can be replayed."""
    now = engine.now(endpoint.merchant_id, endpoint.environment)
    pending = next(iter(DELIVERY.initial))
    active = endpoint.status == "active"
    return [
        Delivery(
            merchant_id=endpoint.merchant_id,
            delivery_id=engine.ids.next(),
            endpoint_id=endpoint.endpoint_id,
            environment=endpoint.environment,
            order_id=event.order_id,
            event_id=event.event_id,
            part=part,
            event=message.event,
            data=encode(message.data).decode(),
            status=pending if active else DELIVERY.move(pending, "drop"),
            attempts=0,
            tries=0,
            next_attempt_at=now,
            happened_at=event.at,
            created_at=now,
            finished_at=None if active else now,
            sequence=sequence,
            due_since=now,
        )
        for sequence, (part, message) in enumerate(messages, start=last + 1)
    ]
