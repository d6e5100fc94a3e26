"""Give back what was paid, all of it or a part, to the payer or into the member's wallet."""

from __future__ import annotations

from typing import Literal

from gerai.domain.money import SEN_PER_RUPIAH
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, NotFound, RefundTooLarge, StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import end_refunded
from gerai.engine.payment_steps import refund
from gerai.engine.state import State


class RefundPayment(OrderCommand, frozen=True, kw_only=True):
    """Refund ``amount_sen`` (more than nothing) of a completed payment. ``by``: who did it, kept with the events.

    Real money for the payer is owed from then on, and a task for whoever sends it (``FinishRefund``).

    An order whose money is given back whole before it was delivered ends: ``failed`` when work on it had begun, else
    ``cancelled``. One whose work may be done (its provider was asked, and the result is not known) waits for the
    result: nothing of its money goes back before.

    Refuses: NotFound, StateConflict (``payment``: not completed; ``fulfilment``: its provider works on the order, or
    may have done it), AmountOutOfRange (more than the wallet can take), RefundTooLarge (the sum would exceed what was
    paid), InputInvalid (a part that is not whole rupiah).
    """

    payment_id: int
    amount_sen: int
    to: Literal["payer", "wallet"] = "payer"
    note: str = ""
    by: str = ""

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id or payment.environment != self.environment:
            raise NotFound("payment", str(self.payment_id))
        if payment.status != "completed":
            raise StateConflict("payment", payment.public_id, payment.status, "refund")
        left = payment.amount_sen - payment.refunded_sen
        if not 0 < self.amount_sen <= left:
            raise RefundTooLarge(requested_sen=self.amount_sen, refundable_sen=left)
        # Payments from before whole rupiah may hold sen: what is left of one can always be given back.
        if self.amount_sen % SEN_PER_RUPIAH and self.amount_sen != left:
            raise InputInvalid({"amount": ["must be whole rupiah"]})
        order = refund(
            state, context, order, payment, self.amount_sen, to_wallet=self.to == "wallet", note=self.note, by=self.by
        )
        if self.amount_sen == left:
            end_refunded(state, context, order, **({"by": self.by} if self.by else {}))
        return state.view(self.merchant_id, self.order_id)
