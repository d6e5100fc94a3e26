"""What this door keeps of an order and of a payment beside the engine's own columns (``details``, ``instructions``)."""

from __future__ import annotations

import msgspec

from gerai.domain.records import Order, OrderView, Payment
from gerai.doors.dialects.durianpay.request import NewItem, NewOrder
from gerai.doors.http.page_details import PageDetails, ShippingDetails


class OrderDetails(msgspec.Struct, frozen=True):
    """``Order.details`` of this door: what no column of the engine holds. Amounts in sen; ``amount_sen`` is without the
    shipping fee."""

    amount_sen: int
    shipping_fee_sen: int | None
    payment_option: str
    description: str
    #: In pairs, because the database does not keep the order of an object's keys; earlier orders have an object.
    metadata: tuple[tuple[str, str], ...] | dict[str, str]
    items: tuple[NewItem, ...]
    link_code: str
    is_notification_enabled: bool
    email_subject: str
    email_content: str


class PaymentDetails(msgspec.Struct, frozen=True):
    """What this door adds to ``Payment.instructions``: the payer's data from the request."""

    mobile: str = ""
    requested_type: str = ""


def order_details(order: NewOrder, link_code: str) -> OrderDetails:
    """What to keep of a create-order request."""
    return OrderDetails(
        amount_sen=order.amount_sen,
        shipping_fee_sen=order.shipping_fee_sen,
        payment_option=order.payment_option,
        description=order.description,
        metadata=tuple(order.metadata.items()),
        items=order.items,
        link_code=link_code,
        is_notification_enabled=order.is_notification_enabled,
        email_subject=order.email_subject,
        email_content=order.email_content,
    )


def details_of(order: Order) -> OrderDetails:
    """What was kept of an order."""
    return msgspec.convert(order.details, OrderDetails)


def page_details(view: OrderView) -> PageDetails:
    """What the hosted page shows of an order: the shipping fee; everything else is the engine's own."""
    cost_sen = details_of(view.order).shipping_fee_sen
    return PageDetails(shipping=ShippingDetails(cost_sen=cost_sen) if cost_sen else None)


def fee_of(order: Order, payment: Payment) -> int:
    """What a payment's method costs, in sen, whoever bears it (``admin_fee_method``)."""
    return order.payment_rules.fee_sen(payment.method, payment.channel_code)


def payment_details_of(payment: Payment) -> PaymentDetails:
    """What was kept of a payment; a payment made by an operator has none of it."""
    return msgspec.convert(payment.instructions, PaymentDetails)
