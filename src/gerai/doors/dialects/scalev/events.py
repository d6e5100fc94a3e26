"""Outgoing webhooks of this contract (§12): which of an order's events it announces, and how it signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Final

from gerai.doors.dialects.scalev import wire_events as wire
from gerai.doors.dialects.scalev.formats import timestamp
from gerai.doors.dialects.scalev.order_details import details_of
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, STATUS
from gerai.engine.core import Engine
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence, SignedRequest, WebhookContract, WebhookMessage
from gerai.kit.javascript import stringify

_TRIAL: Final = "business.test_event"
#: What each payment status announces beside ``order.payment_status_changed`` (§12).
_MONEY: Final = {"paid": "payment.received", "settled": "payment.received", "conflict": "payment.failed"}
#: Paid by hand: nobody waits for a gateway's page.
_NO_GATEWAY: Final = "bank_transfer"


async def compose(engine: Engine, occurrence: Occurrence) -> list[WebhookMessage]:
    """The messages of an event, each with the order as it stood then."""
    event = occurrence.event
    match event.name.split("."):
        case ["order", "placed"]:
            spam = details_of(occurrence.view.order).extras.get("is_probably_spam", False)
            return [WebhookMessage("order.spam_created" if spam else "order.created", wire.order_data(occurrence))]
        case ["order", status] if status in STATUS:
            return [WebhookMessage("order.status_changed", wire.status_data(occurrence))]
        case ["invoice", word] if word in PAYMENT_STATUS:
            data = wire.payment_data(occurrence)
            return [
                WebhookMessage(name, data) for name in ("order.payment_status_changed", _MONEY.get(word, "")) if name
            ]
        case ["payment", "started"] if event.facts.get("method") != _NO_GATEWAY:
            return [WebhookMessage("order.epayment_created", wire.started_payment_data(occurrence))]
        case _:
            return []


def sign(message: WebhookMessage, attempt: DeliveryAttempt) -> SignedRequest:
    """The envelope, to the byte as JavaScript prints it (receivers sign what they re-serialise), and its signature."""
    envelope: dict[str, Any] = {"event": message.event}
    if message.event != _TRIAL:
        envelope["unique_id"] = attempt.message_id
    body = stringify({**envelope, "timestamp": timestamp(attempt.happened_at), "data": message.data})
    signature = base64.b64encode(hmac.digest(attempt.secret.encode(), body, hashlib.sha256)).decode()
    return SignedRequest(body, {"Content-Type": "application/json", "X-Scalev-Hmac-Sha256": signature})


WEBHOOKS: Final = WebhookContract(
    events=(
        "order.created",
        "order.spam_created",
        "order.status_changed",
        "order.payment_status_changed",
        "order.epayment_created",
        "payment.received",
        "payment.failed",
    ),
    compose=compose,
    sign=sign,
    test_message=lambda: WebhookMessage(_TRIAL, {}),
)
