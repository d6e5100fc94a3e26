"""Expire an unpaid order whose time is over."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import end_unpaid
from gerai.engine.state import State


class ExpireOrder(OrderCommand, frozen=True, kw_only=True):
    """Refuses: NotFound, StateConflict (it waits for nothing any more, is paid, or waits for a person: in conflict, or
    with money that came late; or its time is not over on this environment's clock)."""

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if invoice is not None and invoice.status == "paid":
            raise StateConflict("order", order.public_id, "paid", "expire")
        if order.payment_mark == "conflict":
            # Somebody says that they paid: a person decides about that, not the clock.
            raise StateConflict("order", order.public_id, "conflict", "expire")
        if any(payment.status == "late" for payment in state.payments_of(order)):
            raise StateConflict("order", order.public_id, "late", "expire")
        if order.expires_at is None or order.expires_at > context.now:
            raise StateConflict("order", order.public_id, order.status, "expire")
        end_unpaid(state, context, order, "expire")
        return state.view(self.merchant_id, self.order_id)
