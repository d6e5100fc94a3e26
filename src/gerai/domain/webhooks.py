"""What the shop keeps of webhooks: endpoints, deliveries and attempts. Field order is the table's column order."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

#: Why an endpoint is disabled that nobody disabled.
GONE: Final = "the address answered 410"


class Endpoint(msgspec.Struct, frozen=True):
    """A subscriber to a door's orders. ``key_id``: only of orders placed with that key. ``events``: the door's
    names, empty for all. ``failures``: attempts in a row that got no answer; ``paused_until``: left alone meanwhile.
    ``ids_sealed``: the secret that the ids of messages are made with; empty: the one that signs."""

    merchant_id: int
    endpoint_id: int
    environment: str
    channel: str
    key_id: int | None
    url: str
    events: tuple[str, ...]
    secret_sealed: bytes
    key_sealed: bytes
    status: str
    reason: str
    after_event_id: int
    failures: int
    paused_until: datetime | None
    created_at: datetime
    updated_at: datetime
    ids_sealed: bytes = b""


class Delivery(msgspec.Struct, frozen=True):
    """One message on its way to one endpoint. ``data`` is JSON text. ``attempts`` counts all, ``tries`` those since it
    last became pending, ``due_since`` is when that was. ``sequence`` numbers an order's messages to this endpoint in
    the order things happened, those from before the endpoint with them; ``holds_back``: the order's later messages wait
    for this one until its first retry, and as long as it is young."""

    merchant_id: int
    delivery_id: int
    endpoint_id: int
    environment: str
    order_id: int
    event_id: int
    part: int
    event: str
    data: str
    status: str
    attempts: int
    tries: int
    next_attempt_at: datetime
    happened_at: datetime
    created_at: datetime
    finished_at: datetime | None
    sequence: int
    due_since: datetime
    holds_back: bool = True


class SentAttempt(msgspec.Struct, frozen=True):
    """One try. ``status_code`` None: no response; then ``error`` is the reason. ``answer``: how the response began."""

    merchant_id: int
    delivery_id: int
    number: int
    at: datetime
    took_ms: int
    status_code: int | None
    error: str
    answer: str
