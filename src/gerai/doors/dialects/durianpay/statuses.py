"""What the engine's states, methods and failures are called in this contract (§17)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gerai.domain.records import Environment, Order, OrderView, Payment
from gerai.doors.dialects.durianpay.methods import BY_METHOD

#: Engine states in the words of this contract (§17). What is not listed is named alike in both.
_ORDER_WORDS: Final = {
    "draft": "started",
    "pending": "started",
    "confirmed": "processing",
    "ready": "processing",
    "shipped": "processing",
    "partial": "completed",
    "returned": "completed",
    "closed": "completed",
}
#: An order or payment stays ``completed`` after a refund; late money counts once the merchant accepted it.
_PAYMENT_WORDS: Final = {"refunded": "completed", "late": "expired"}


#: failure_reason of payments that ended otherwise than paid (§17).
_FAILURES: Final = {
    "failed": ("20013", "provider error"),
    "expired": ("20012", "payment expired"),
    "cancelled": ("20014", "cancelled by merchant"),
}


def state_word(thing: str, state: str) -> str:
    """An engine state of an order or payment in the words of this contract."""
    return {"order": _ORDER_WORDS, "payment": _PAYMENT_WORDS}.get(thing, {}).get(state, state)


def is_live(environment: Environment | str) -> bool:
    return environment == "production"


def charge_type(payment: Payment) -> str:
    """``VA``, ``QRIS`` …; methods this contract has no name for are called by ours."""
    kind = BY_METHOD.get(payment.method)
    return payment.method.upper() if kind is None else kind.type


def details_type(payment: Payment) -> str:
    """``va_details`` …, as lists print it."""
    kind = BY_METHOD.get(payment.method)
    return f"{payment.method}_details" if kind is None else kind.details_name


def payment_status(payment: Payment, now: datetime) -> str:
    """processing, completed, failed, cancelled or expired. A lapsed payment is expired before anybody swept it."""
    if payment.status == "processing" and payment.expires_at is not None and payment.expires_at <= now:
        return "expired"
    return _PAYMENT_WORDS.get(payment.status, payment.status)


def failure_reason(payment: Payment, now: datetime) -> dict[str, str]:
    """``code`` and ``message``, both strings (§17); empty unless the payment failed, lapsed or was cancelled."""
    told = _FAILURES.get(payment_status(payment, now))
    if told is None:
        return {}
    return {"code": payment.failure.get("code", told[0]), "message": payment.failure.get("message", told[1])}


def order_status(view: OrderView, now: datetime) -> str:
    """started, processing (a payment was attempted), completed, expired, cancelled or failed."""
    order = view.order
    if order.status == "pending":
        if order.expires_at is not None and order.expires_at <= now:
            return "expired"
        return "processing" if view.payments else "started"
    return _ORDER_WORDS.get(order.status, order.status)


def order_changed_at(order: Order, status: str) -> datetime:
    """When an order that reads ``status`` last changed. One past its time changed then, before anybody swept it."""
    if status == "expired" and order.status == "pending" and order.expires_at is not None:
        return max(order.updated_at, order.expires_at)
    return order.updated_at


def payment_changed_at(payment: Payment, now: datetime) -> datetime:
    """When a payment last changed, in the same way."""
    if payment.status == "processing" and payment.expires_at is not None and payment.expires_at <= now:
        return max(payment.updated_at, payment.expires_at)
    return payment.updated_at


def telling_payment(view: OrderView) -> Payment | None:
    """The payment a list shows beside its order: the completed one, else the last."""
    for payment in view.payments:
        # A refund does not undo that this one paid the order.
        if payment.status in ("completed", "refunded"):
            return payment
    return view.payments[-1] if view.payments else None
