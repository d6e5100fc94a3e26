"""``data`` of webhooks (contract §15): orders as its page prints them, payments with everything receivers read."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.records import OrderView, Payment
from gerai.doors.dialects.durianpay.order_details import details_of
from gerai.doors.dialects.durianpay.statuses import charge_type, is_live
from gerai.doors.dialects.durianpay.wire.customer_answer import customer_id
from gerai.doors.dialects.durianpay.wire.formats import money, timestamp
from gerai.doors.dialects.durianpay.wire.payment_answer import listed_payment, merchant_public_id, payment_amount
from gerai.engine.orders.find import EventEntry

#: How the channel is named inside ``payment_detail``, for the methods where receivers look for it.
_DETAILS: Final = {"va": "va_bank_code", "ewallet": "wallet_type"}
_FAILURE: Final = ("code", "message")
#: The ends of a payment whose money is there.
_PAID: Final = ("completed", "late")


def order_data(view: OrderView, status: str) -> dict[str, Any]:
    """``amount`` is in hundredths of a rupiah. ``signature`` is filled in when the message is sent."""
    order, details = view.order, details_of(view.order)
    # An order that late money brought back has no expiry any more; its invoice keeps the day that was promised.
    expiry = order.expires_at if view.invoice is None else view.invoice.due_at
    return {
        "id": order.public_id,
        "amount": details.amount_sen,
        "status": status,
        "is_live": is_live(order.environment),
        "currency": order.currency,
        "metadata": dict(details.metadata),
        "signature": "",
        "amount_str": money(details.amount_sen),
        "created_at": timestamp(order.created_at),
        "customer_id": customer_id(view),
        "description": details.description,
        "expiry_date": timestamp(expiry),
        "merchant_id": merchant_public_id(order.merchant_id),
        "payment_link_url": details.link_code,
        "order_ref_id": order.reference,
    }


def payment_data(view: OrderView, payment: Payment, event: EventEntry, status: str) -> dict[str, Any]:
    """A payment as the event left it: like a line of ``GET /payments``, ``amount`` in hundredths of a rupiah, and what
    receivers read besides."""
    paid_at = event.at if status in _PAID else None
    failure = {name: str(event.facts[name]) for name in _FAILURE if name in event.facts}
    then = msgspec.structs.replace(payment, status=status, failure=failure, updated_at=event.at, completed_at=paid_at)
    detail = _DETAILS.get(payment.method)
    return {
        **msgspec.to_builtins(listed_payment(view, then, event.at)),
        "amount": details_of(view.order).amount_sen,
        "merchant_id": merchant_public_id(view.order.merchant_id),
        "amount_str": payment_amount(view.order),
        "signature": "",
        "paid_at": timestamp(paid_at),
        "payment_method": charge_type(payment),
        "payment_detail": {} if detail is None else {detail: payment.channel_code},
    }
