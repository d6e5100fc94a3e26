"""Steps of money that came in: it pays its order, waits for a person, or goes on into a wallet. On the working copy."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.records import Invoice, Order, Payment
from gerai.domain.refusals import StateConflict
from gerai.domain.states import INVOICE, ORDER, PAYMENT
from gerai.engine.command import Context
from gerai.engine.orders import parcels
from gerai.engine.orders.handing_out import paid_verb
from gerai.engine.orders.transitions import charge_whole, order_paid, pay_invoice
from gerai.engine.payment_steps import end_open_payments
from gerai.engine.state import State
from gerai.engine.wallet import ledger

#: Where an order stands that its seller took on, paid or not.
_WENT_ON: Final = frozenset({"confirmed", "processing", "ready", "shipped", "completed", "partial", "closed"})


def payable(order: Order, invoice: Invoice) -> bool:
    """Whether a payment arriving now simply pays this order."""
    return invoice.status == "pending" and ORDER.can(order.status, paid_verb(order))


def owed(order: Order, invoice: Invoice) -> bool:
    """Whether the order went on, or was delivered, without ever being paid: money that comes now is its payment, and
    moves nothing but money."""
    return invoice.status == "pending" and order.status in _WENT_ON


def require_acceptable(state: State, order: Order, invoice: Invoice) -> None:
    """StateConflict when late money cannot pay this order: it is neither open nor owed and cannot come back, or its
    stock was released and may be somebody else's by now."""
    if payable(order, invoice) or owed(order, invoice):
        return
    ORDER.move(order.status, "revive", order.public_id)
    if state.lines_hold_stock(order):
        raise StateConflict("stock", order.public_id, "released", "revive")


def acceptable(state: State, order: Order, invoice: Invoice) -> bool:
    """Whether late money can pay this order."""
    try:
        require_acceptable(state, order, invoice)
    except StateConflict:
        return False
    return True


def book(state: State, context: Context, order: Order, payment: Payment, source: str = "gateway") -> None:
    """The completed payment pays its order, and nobody else needs to: the money comes from the ``source`` account. An
    open order goes on; one that went on unpaid stays where it is."""
    invoice = state.invoices.rows[order.merchant_id, order.order_id]
    opens = payable(order, invoice)
    if order.payment_mark:
        # A dispute was about money that did not count; this counts, and nothing is left for a person to resolve.
        order = state.orders.update(msgspec.structs.replace(order, payment_mark="", updated_at=context.now))
    pay_invoice(state, context, invoice, payment.method)
    ledger.book_payment(state, context, order, payment.amount_sen, payment.payment_id, source)
    state.announce(order, "payment.completed", context.now, payment=payment.public_id, method=payment.method)
    # Its siblings: money that still arrives on one of them is late and is announced.
    end_open_payments(state, context, order, "paid")
    state.announce(order, "invoice.paid", context.now, invoice=invoice.number)
    if opens:
        order_paid(state, context, order)
    else:
        charge_whole(state, context, order)


def accept(state: State, context: Context, order: Order, invoice: Invoice, payment: Payment, source: str) -> None:
    """Late money pays its order after all; an expired one comes back first. The caller knows it is acceptable."""
    if not (payable(order, invoice) or owed(order, invoice)):
        order = _revive(state, context, order, invoice)
    status = PAYMENT.move(payment.status, "accept", payment.public_id)
    payment = msgspec.structs.replace(payment, status=status, updated_at=context.now)
    book(state, context, order, state.payments.update(payment), source)


def give_back(state: State, context: Context, payment: Payment) -> Payment:
    """The late payment is refunded whole; the caller books it."""
    status = PAYMENT.move(payment.status, "refund", payment.public_id)
    return state.payments.update(
        msgspec.structs.replace(payment, status=status, refunded_sen=payment.amount_sen, updated_at=context.now)
    )


def fits_wallet(state: State, order: Order, payment: Payment) -> bool:
    """Whether the order's member has a wallet, and it can take the payment."""
    return order.account_id is not None and ledger.room_sen(state, order) >= payment.amount_sen


def credit(state: State, context: Context, order: Order, payment: Payment, source: str, note: str) -> None:
    """Late money goes into the wallet of the order's member. NotFound when there is none."""
    ledger.refund_to_wallet(state, context, order, payment.amount_sen, payment.payment_id, source, note)
    give_back(state, context, payment)
    state.announce(order, "payment.credited", context.now, payment=payment.public_id, amount_sen=payment.amount_sen)


def announce_late(state: State, context: Context, order: Order, payment: Payment) -> None:
    """Money came for which no order was open, and this much of it."""
    state.announce(
        order, "payment.late", context.now,
        payment=payment.public_id, method=payment.method, amount_sen=payment.amount_sen, fee_sen=payment.fee_sen,
    )  # fmt: skip


def suspend(state: State, context: Context, order: Order, payment: Payment) -> None:
    """Late money waits for a person (``ResolveLate``)."""
    ledger.suspend_payment(state, context, order, payment.amount_sen, payment.payment_id)
    announce_late(state, context, order, payment)


def _revive(state: State, context: Context, order: Order, invoice: Invoice) -> Order:
    state.invoices.update(msgspec.structs.replace(invoice, status=INVOICE.move(invoice.status, "revive")))
    status = ORDER.move(order.status, "revive")
    # Without a time limit: it is paid by this act, and no sweep may end it again.
    revived = state.orders.update(msgspec.structs.replace(order, status=status, expires_at=None))
    state.announce(revived, f"order.{status}", context.now, status=status, was=order.status)
    parcels.revive(state, context, revived)
    return revived
