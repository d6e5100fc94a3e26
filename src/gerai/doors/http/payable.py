"""What can still be paid. A door shows how to pay only that: who pays for what has ended sends money that waits for a
person."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.records import Deposit, OrderView, Payment
from gerai.domain.refusals import MethodUnavailable, PartnerUnavailable, StateConflict
from gerai.engine.gateways.desk import RETRY_AFTER_S
from gerai.engine.gateways.record import instructed, never_began
from gerai.engine.payments.open import GATEWAY


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


def require_told(payment: Payment) -> None:
    """Nothing is answered about a payment that says not how it is paid, and never did. Refuses PartnerUnavailable
    (its gateway has not answered, and may yet), MethodUnavailable (the gateway did not take it), StateConflict (it
    ended meanwhile)."""
    if instructed(payment):
        return
    if never_began(payment):
        raise MethodUnavailable(f"{payment.method}:{payment.channel_code}")
    if payment.status != "processing":
        raise StateConflict("payment", payment.public_id, payment.status, "charge")
    raise PartnerUnavailable(str(payment.instructions.get(GATEWAY, "")), RETRY_AFTER_S)


def deposit_payable(deposit: Deposit, now: datetime) -> bool:
    """Whether the deposit waits for its payer."""
    return deposit.status == "pending" and not _over(deposit.expires_at, now)


def _over(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
