"""Outgoing webhooks, an extension (the contract has none), in a form that known receivers of such orders read."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import msgspec

from gerai.domain.money import whole_rupiah
from gerai.domain.records import OrderView
from gerai.doors.dialects.leuwongrr.wire import order_status
from gerai.engine.core import Engine
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence, SignedRequest, WebhookContract, WebhookMessage

_encode = msgspec.json.Encoder().encode
#: The ends of an order; one done in part is ``completed`` here.
_ENDS: Final = frozenset({"completed", "partial", "failed", "expired", "cancelled"})


async def compose(engine: Engine, occurrence: Occurrence) -> list[WebhookMessage]:
    """The messages of an event. One paid from the balance is created and paid by the same event."""
    view, event = occurrence.view, occurrence.event
    match event.name.split("."):
        case ["order", "placed"]:
            created = _message(view, "created", _word(view, event.facts.get("status", "")))
            # Paid in the act that placed it: there is no event of its own for the payment.
            return [created, _message(view, "paid", "paid")] if view.order.funding == "wallet" else [created]
        case ["order", end] if end in _ENDS:
            return [_message(view, _word(view, end), _word(view, end))]
        case ["invoice", "paid"]:
            return [_message(view, "paid", "paid")]
        case ["payment", "refunded"] if _refunded_whole(occurrence):
            return [_message(view, "refunded", "refunded")]
        case _:
            return []


def _word(view: OrderView, status: str) -> str:
    return order_status(msgspec.structs.replace(view.order, status=status))


def _refunded_whole(occurrence: Occurrence) -> bool:
    """Whether this refund gave back the last of its payment: until then the invoice stays paid."""
    facts = occurrence.facts
    payment = next((p for p in occurrence.view.payments if p.public_id == facts.get("payment")), None)
    return payment is not None and facts["refunded_sen"] >= payment.amount_sen


def _message(view: OrderView, event: str, status: str) -> WebhookMessage:
    order = view.order
    data = {"order_id": order.public_id, "amount_idr": whole_rupiah(order.total_sen), "status": status}
    return WebhookMessage(f"order.{event}", data)


def sign(message: WebhookMessage, attempt: DeliveryAttempt) -> SignedRequest:
    """The body, and its lower-case hex HMAC-SHA256 with the endpoint's secret."""
    body = _encode(message.data)
    signature = hmac.new(attempt.secret.encode(), body, hashlib.sha256).hexdigest()
    return SignedRequest(body, {"Content-Type": "application/json", "x-leuwongrr-signature": signature})


WEBHOOKS: Final = WebhookContract(
    events=(
        "order.created",
        "order.paid",
        "order.completed",
        "order.failed",
        "order.expired",
        "order.cancelled",
        "order.refunded",
    ),
    compose=compose,
    sign=sign,
)
