"""How an order's payment stands, in one word; and which payments and deposits money may still come for."""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.records import Invoice, Order

PaymentStatus = Literal["unpaid", "paid", "conflict", "settled"]

#: The method of what a courier takes at the door, and pays weeks later.
CASH: Final = "cod"
#: What a payment is that money may come for, late money too.
MAY_COME: Final = frozenset({"processing", "cancelled", "expired"})
#: What a payment is once money came on it.
CAME: Final = frozenset({"completed", "late", "refunded"})
#: The same of a deposit.
DEPOSIT_MAY_COME: Final = frozenset({"pending", "cancelled", "expired"})
DEPOSIT_CAME: Final = frozenset({"succeeded", "late", "refunded"})


def payment_status(order: Order, invoice: Invoice | None) -> PaymentStatus:
    """The word for an order and its invoice, if it has one."""
    mark = order.payment_mark
    if mark == "conflict":
        return "conflict"
    if invoice is None or invoice.status not in ("paid", "refunded"):
        return "unpaid"
    return "settled" if mark == "settled" else "paid"
