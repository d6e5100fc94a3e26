"""Outgoing webhooks of this contract (§15): which of an order's events it announces, and its signature."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

import msgspec

from gerai.doors.dialects.durianpay.statuses import state_word
from gerai.doors.dialects.durianpay.wire.event_data import order_data, payment_data
from gerai.engine.core import Engine
from gerai.engine.webhooks.contract import DeliveryAttempt, Occurrence, SignedRequest, WebhookContract, WebhookMessage

#: The first attempt at once, then 2, 5, 10, 90 and 210 minutes after an attempt that was not acknowledged.
_SCHEDULE_S: Final = (0, 120, 300, 600, 5400, 12600)
_OK: Final = 200
_ENDS: Final = ("completed", "failed", "expired", "cancelled")
#: Money came for an order that could not take it. The contract has no word for it, and ``completed`` would make a shop
#: hand out goods: it is told as what such a payment reads, expired, but with what was paid and when. So is money of
#: another amount than was asked for.
_HELD: Final = ("late", "mismatch")
#: An order done in part counts as completed in this contract.
_COMPLETED: Final = ("completed", "partial")
_TRIAL: Final = "webhook.test"
_encode = msgspec.json.Encoder().encode


async def compose(engine: Engine, occurrence: Occurrence) -> list[WebhookMessage]:
    """The message of an event, if the contract has one."""
    event, view = occurrence.event, occurrence.view
    match event.name.split("."):
        case ["order", "placed"]:
            return [WebhookMessage("order.created", order_data(view, "started"))]
        case ["order", state] if state in _COMPLETED:
            return [WebhookMessage("order.completed", order_data(view, "completed"))]
        case ["payment", happened] if happened in (*_ENDS, *_HELD):
            state = "late" if happened in _HELD else happened
            payment = next((p for p in view.payments if p.public_id == event.facts.get("payment")), None)
            name = f"payment.{state_word('payment', state)}"
            return [] if payment is None else [WebhookMessage(name, payment_data(view, payment, event, state))]
        case _:
            return []


def sign(message: WebhookMessage, attempt: DeliveryAttempt) -> SignedRequest:
    """The envelope; the signature is a field of the data."""
    data = {**message.data, "signature": signature(message.data, attempt.secret)}
    body = _encode({"event": message.event, "data": data, "retry_count": attempt.retries})
    return SignedRequest(body, {"Content-Type": "application/json"})


def signature(data: dict[str, Any], api_key: str) -> str:
    """Lower-case hex HMAC-SHA256 over ``id|amount_str`` with the secret API key (§15)."""
    message = f"{data['id']}|{data['amount_str']}"
    return hmac.new(api_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def _trial() -> WebhookMessage:
    """Signed like every other message, so that a receiver which checks first accepts it; it names no order."""
    return WebhookMessage(_TRIAL, {"id": "webhook_test", "amount": 0, "signature": "", "amount_str": "0.00"})


WEBHOOKS: Final = WebhookContract(
    events=("order.created", "order.completed", *(f"payment.{end}" for end in _ENDS)),
    compose=compose,
    sign=sign,
    schedule_s=_SCHEDULE_S,
    acknowledged=lambda status: status == _OK,
    key_secret=lambda key: key,
    test_message=_trial,
)
