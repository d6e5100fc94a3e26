"""Decide about money that arrived late and was held for a person."""

from __future__ import annotations

from typing import Final, Literal

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.payment_steps import return_to_payer
from gerai.engine.payments import arrival, other_amount
from gerai.engine.state import State

Decision = Literal["accept", "refund", "wallet"]
DECISIONS: Final[tuple[Decision, ...]] = ("accept", "refund", "wallet")
_SUSPENSE = "suspense"


class ResolveLate(OrderCommand, frozen=True, kw_only=True):
    """Resolve a ``late`` payment, once, also one for which another amount came than was asked for.

    ``accept``: it pays its order; an expired one comes back and goes on as if paid in time; what came beyond the price
    is kept. ``refund``: the money is
    returned to the payer outside of us; real money is owed until somebody has sent it (``FinishRefund``). ``wallet``:
    it is credited to the order's member. ``by``: who decided, kept with the task.

    Refuses: NotFound (no such payment; no wallet), AmountMismatch (accepted, and less came than the price),
    StateConflict (the payment is not late; the order can neither be paid nor brought back; its stock was released).
    """

    payment_id: int
    decision: Decision
    note: str = ""
    by: str = ""

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if invoice is None or payment is None or payment.order_id != self.order_id:
            raise NotFound("payment", str(self.payment_id))
        if payment.environment != self.environment:
            raise NotFound("payment", str(self.payment_id))
        if payment.status != "late":
            raise StateConflict("payment", payment.public_id, payment.status, self.decision)
        if self.decision == "accept":
            # Decided now, not when the money came: the order and its stock may have changed while it waited.
            arrival.require_acceptable(state, order, invoice)
            other_amount.require_enough(order, payment)
            payment = other_amount.priced(state, context, order, payment)
            arrival.accept(state, context, order, invoice, payment, _SUSPENSE)
        elif self.decision == "wallet":
            arrival.credit(state, context, order, payment, _SUSPENSE, self.note or "late payment")
            other_amount.end_conflict(state, context, order, payment)
        else:
            amount_sen = payment.amount_sen
            sent_by = return_to_payer(state, context, order, payment, amount_sen, _SUSPENSE, note=self.note, by=self.by)
            arrival.give_back(state, context, payment)
            state.announce(
                order, "payment.refunded", context.now,
                payment=payment.public_id, amount_sen=amount_sen, refunded_sen=amount_sen, **sent_by,
            )  # fmt: skip
            other_amount.end_conflict(state, context, order, payment)
        return state.view(self.merchant_id, self.order_id)
