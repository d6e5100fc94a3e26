"""Cancel a payment that was started and not finished; the order stays open for another one."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.engine.command import Command, Context, Needs
from gerai.engine.payment_steps import end_payment
from gerai.engine.state import State


class CancelPayment(Command[OrderView], frozen=True, kw_only=True):
    """Refuses: NotFound, StateConflict (the payment is not processing any more)."""

    order_id: int
    payment_id: int

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,))

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        payment = state.payments.get(self.merchant_id, self.payment_id)
        # Another environment's payment is not there: a sandbox key must not find out about real ones.
        if payment is None or payment.order_id != self.order_id or payment.environment != self.environment:
            raise NotFound("payment", str(self.payment_id))
        end_payment(state, context, order, payment, "cancel")
        return state.view(self.merchant_id, self.order_id)
