"""What this door keeps of an order and of a payment beside the engine's own columns (``details``, ``instructions``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Environment, Order, OrderView, Payment
from gerai.doors.dialects.durianpay.wire.charge_request import BY_METHOD
from gerai.doors.dialects.durianpay.wire.form import BLANK
from gerai.doors.dialects.durianpay.wire.order_request import NewItem, NewOrder
from gerai.doors.http.page_details import PageDetails, ShippingDetails
from gerai.ports.payments import Instructions

#: Engine states in the words of this contract (§17). What is not listed is named alike in both.
_ORDER_WORDS: Final = {
    "draft": "started",
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


class OrderFacts(msgspec.Struct, frozen=True):
    """``Order.details`` of this door. Amounts in sen; ``amount_sen`` is without the shipping fee."""

    amount_sen: int
    shipping_fee_sen: int | None
    payment_option: str
    description: str
    admin_fee_method: str
    metadata: dict[str, str]
    items: tuple[NewItem, ...]
    address: dict[str, str] | None
    link_code: str
    is_notification_enabled: bool
    email_subject: str
    email_content: str
    #: What each payment method (``va``) or channel (``va:BCA``) costs, whoever bears it (``admin_fee_method``).
    fees: dict[str, int]

    def fee_sen(self, method: str, channel: str) -> int:
        """The fee of one way to pay; a channel's own figure wins."""
        return self.fees.get(f"{method}:{channel}", self.fees.get(method, 0))


class PaymentFacts(msgspec.Struct, frozen=True):
    """What this door adds to ``Payment.instructions``: what the request said of the payer."""

    mobile: str = ""
    requested_type: str = ""


def order_facts(order: NewOrder, link_code: str, fees: dict[str, int]) -> OrderFacts:
    """What to keep of a create-order request."""
    return OrderFacts(
        amount_sen=order.amount_sen,
        shipping_fee_sen=order.shipping_fee_sen,
        payment_option=order.payment_option,
        description=order.description,
        admin_fee_method=order.admin_fee_method,
        metadata=order.metadata,
        items=order.items,
        address=order.customer.address,
        link_code=link_code,
        is_notification_enabled=order.is_notification_enabled,
        email_subject=order.email_subject,
        email_content=order.email_content,
        fees=fees,
    )


def facts_of(order: Order) -> OrderFacts:
    """What was kept of an order."""
    return msgspec.convert(order.details, OrderFacts)


def page_details(view: OrderView) -> PageDetails:
    """What the hosted page shows of an order: the shipping fee; everything else is the engine's own."""
    cost_sen = facts_of(view.order).shipping_fee_sen
    return PageDetails(shipping=ShippingDetails(cost_sen=cost_sen) if cost_sen else None)


def fee_of(facts: OrderFacts, payment: Payment) -> int:
    """What a payment's method costs, in sen, whoever bears it."""
    return facts.fee_sen(payment.method, payment.channel_code)


def payment_facts_of(payment: Payment) -> PaymentFacts:
    """What was kept of a payment; a payment made by an operator has none of it."""
    return msgspec.convert(payment.instructions, PaymentFacts)


def instructions_to_keep(instructions: Instructions, facts: PaymentFacts) -> dict[str, Any]:
    """``Payment.instructions``: what the partner told the payer, and this door's own facts beside it."""
    return {**msgspec.to_builtins(instructions), **msgspec.to_builtins(facts)}


def unfit(
    type: str, channel: str, payment_option: str, items: tuple[NewItem, ...], address: dict[str, str] | None
) -> dict[str, list[str]]:
    """What an order lacks to be paid this way: BNPL and LINKAJA need items, BNPL an address (seed); an order in
    instalments is paid by CARD or BNPL (contract README). Field → texts, empty when it fits."""
    lacking: dict[str, list[str]] = {}
    if payment_option == "installment" and type not in ("CARD", "BNPL"):
        lacking["type"] = ["an installment order is paid by CARD or BNPL"]
    if (type == "BNPL" or channel == "LINKAJA") and not items:
        lacking["items"] = [BLANK]
    if type == "BNPL" and address is None:
        lacking["customer.address"] = [BLANK]
    return lacking


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


def telling_payment(view: OrderView) -> Payment | None:
    """The payment a list shows beside its order: the completed one, else the last."""
    for payment in view.payments:
        if payment.status in ("completed", "refunded"):
            return payment
    return view.payments[-1] if view.payments else None
