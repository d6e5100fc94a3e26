"""Steps of money of another amount than was asked for: it waits, or goes where the merchant's rule has it. On the
working copy. The payment becomes one of what came, so that whatever is decided about it moves that, to the sen. Where
the order still owes its price it is in conflict meanwhile: what came does not fit."""

from __future__ import annotations

import msgspec

from gerai.domain.records import ASKED_SEN, Invoice, Order, Payment
from gerai.domain.refusals import AmountMismatch
from gerai.domain.states import PAYMENT
from gerai.engine.command import Context
from gerai.engine.orders.payment_status import set_payment_status
from gerai.engine.payments import arrival
from gerai.engine.state import State
from gerai.engine.wallet import ledger

_SUSPENSE = "suspense"


def arrive(state: State, context: Context, order: Order, payment: Payment, came_sen: int) -> Payment:
    """So much came, and not what was asked for: nothing is paid by it before somebody decides, be it the merchant's
    rule. Fees that were reckoned for the price are none of this money's."""
    asked_sen = payment.asked_sen
    payment = state.payments.update(
        msgspec.structs.replace(
            payment,
            status=PAYMENT.move(payment.status, "complete_late", payment.public_id),
            amount_sen=came_sen,
            fee_sen=0,
            merchant_fee_sen=0,
            matching_sen=0,
            failure={ASKED_SEN: str(asked_sen)},
            updated_at=context.now,
            completed_at=context.now,
        )
    )
    ledger.suspend_payment(state, context, order, came_sen, payment.payment_id)
    state.announce(
        order, "payment.mismatch", context.now,
        payment=payment.public_id, method=payment.method, asked_sen=asked_sen, paid_sen=came_sen,
    )  # fmt: skip
    payment = _by_rule(state, context, order, payment)
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    # An order that is paid already, or has ended, owes nothing: what came for it only waits.
    if payment.status == "late" and invoice is not None and invoice.status == "pending":
        set_payment_status(state, context, order, "conflict", "")
    return payment


def end_conflict(state: State, context: Context, order: Order, payment: Payment) -> None:
    """What came was given back or credited: where no more of that kind waits, the order is unpaid again."""
    waits = any(one.status == "late" and one.asked_instead_sen for one in state.payments_of(order))
    order = state.order(order.merchant_id, order.order_id)
    if payment.asked_instead_sen and order.payment_mark == "conflict" and not waits:
        set_payment_status(state, context, order, "unpaid", "")


def require_enough(order: Order, payment: Payment) -> None:
    """AmountMismatch when less came than the order's price: it can be given back or credited, and pays nothing."""
    if payment.asked_instead_sen and payment.amount_sen < order.total_sen:
        raise AmountMismatch(given_sen=payment.amount_sen, right_sen=order.total_sen)


def priced(state: State, context: Context, order: Order, payment: Payment) -> Payment:
    """The payment that is accepted is one of the price; what came beyond it is kept as a gain."""
    surplus_sen = payment.amount_sen - order.total_sen
    if not payment.asked_instead_sen or not surplus_sen:
        return payment
    payment = state.payments.update(
        msgspec.structs.replace(payment, amount_sen=order.total_sen, matching_sen=surplus_sen)
    )
    ledger.keep_surplus(state, context, order, payment)
    return payment


def _by_rule(state: State, context: Context, order: Order, payment: Payment) -> Payment:
    rule, invoice = context.settings.other_amount, state.invoices.get(order.merchant_id, order.order_id)
    if rule == "accept_over" and invoice is not None and _can_accept(state, order, invoice, payment):
        payment = priced(state, context, order, payment)
        arrival.accept(state, context, order, invoice, payment, _SUSPENSE)
    elif rule == "wallet" and arrival.fits_wallet(state, order, payment):
        arrival.credit(state, context, order, payment, _SUSPENSE, "another amount than asked")
    return state.payments.rows[payment.merchant_id, payment.payment_id]


def _can_accept(state: State, order: Order, invoice: Invoice, payment: Payment) -> bool:
    return payment.amount_sen >= order.total_sen and arrival.acceptable(state, order, invoice)
