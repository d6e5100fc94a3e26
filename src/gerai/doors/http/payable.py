"""What can still be paid. A door shows how to pay only that: who pays for what has ended sends money that waits for a
person."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.records import Deposit, OrderView, Payment


def order_payable(view: OrderView, now: datetime) -> bool:
    """Whether a payment of the order could be started or made at ``now``: by the clock, even before the sweep."""
    order, invoice = view.order, view.invoice
    if invoice is None or invoice.status != "pending" or order.status not in ("draft", "pending"):
        return False
    # Money that came late waits for a decision: it is not to be sent a second time.
    return not _over(order.expires_at, now) and all(payment.status != "late" for payment in view.payments)


def payment_payable(payment: Payment, now: datetime) -> bool:
    """Whether the payment is under way and can still be made."""
    return payment.status == "processing" and not _over(payment.expires_at, now)


def deposit_payable(deposit: Deposit, now: datetime) -> bool:
    """Whether the deposit waits for its payer, and nothing came for it: another amount waits for a decision."""
    return deposit.status == "pending" and not deposit.came_instead_sen and not _over(deposit.expires_at, now)


def _over(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
