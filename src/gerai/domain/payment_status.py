"""How an order's payment stands, in one word."""

from __future__ import annotations

from typing import Literal

from gerai.domain.records import Invoice, Order

PaymentStatus = Literal["unpaid", "paid", "conflict", "settled"]


def payment_status(order: Order, invoice: Invoice | None) -> PaymentStatus:
    """The word for an order and its invoice, if it has one."""
    mark = order.payment_mark
    if mark == "conflict":
        return "conflict"
    if invoice is None or invoice.status not in ("paid", "refunded"):
        return "unpaid"
    return "settled" if mark == "settled" else "paid"
