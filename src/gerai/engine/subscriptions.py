"""Who listens, as the writer sees it: what happened to an order is announced by a job of the same transaction."""

from __future__ import annotations

from typing import Final

from gerai.engine.directory import Part
from gerai.engine.state import Job, State
from gerai.store import webhook_endpoints

ANNOUNCE_TASK: Final = "gerai.announce"
ANNOUNCE_QUEUE: Final = "webhooks"

#: (environment, channel) pairs of a merchant that have an endpoint.
SUBSCRIBED_CHANNELS: Final = Part[frozenset[tuple[str, str]]]("listening", webhook_endpoints.listening)


def defer_webhooks(state: State, merchant_id: int, listening: frozenset[tuple[str, str]]) -> None:
    """Defer the job that spreads what the present command made happen, for every order somebody listens to."""
    # Each order once: its job composes everything that is missing.
    orders = dict.fromkeys(event.order_id for event in state.fresh_events() if event.order_id is not None)
    for order_id in orders:
        order = state.orders.rows[merchant_id, order_id]
        if (order.environment, order.channel) in listening:
            # One at a time for an order: two would compose the same messages.
            lock = f"announce:{merchant_id}:{order_id}"
            args = {"merchant_id": merchant_id, "order_id": order_id}
            state.jobs.append(Job(ANNOUNCE_QUEUE, ANNOUNCE_TASK, lock, args))
