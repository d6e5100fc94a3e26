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
    return not _over(order.expires_at, now) and money_waiting(view) is None


def money_waiting(view: OrderView) -> Payment | None:
    """A payment of the order whose money came late, or was another amount, and waits for a decision: nobody is to send
    it a second time."""
    return next((payment for payment in view.payments if payment.status == "late"), None)


def payment_payable(payment: Payment, now: datetime) -> bool:
    """Whether the payment is under way and can still be made, by itself: its order may have its money otherwise."""
    return payment.status == "processing" and not _over(payment.expires_at, now)


def still_asked(view: OrderView, payment: Payment, now: datetime) -> bool:
    """Whether the order's payer is still asked for this payment."""
    return payment_payable(payment, now) and money_waiting(view) is None


def require_told(view: OrderView, payment: Payment) -> None:
    """Nothing is answered about a payment, open or never begun, that says not how it is paid. ``view``: its order as it
    is. Refuses PartnerUnavailable (its gateway has not answered, and may yet), MethodUnavailable (the gateway did not
    take it), StateConflict (it ended meanwhile; or money came for the order, and waits for a decision)."""
    waits = money_waiting(view)
    if waits is not None and payment.status == "processing":
        raise StateConflict("payment", waits.public_id, waits.status, "charge")
    if instructed(payment):
        return
    if never_began(payment):
        raise MethodUnavailable(f"{payment.method}:{payment.channel_code}")
    if payment.status != "processing":
        raise StateConflict("payment", payment.public_id, payment.status, "charge")
    raise PartnerUnavailable(str(payment.instructions.get(GATEWAY, "")), RETRY_AFTER_S)


def deposit_payable(deposit: Deposit, now: datetime) -> bool:
    """Whether the deposit waits for its payer, and nothing came for it: another amount waits for a decision."""
    return deposit.status == "pending" and not deposit.came_instead_sen and not _over(deposit.expires_at, now)


def _over(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
