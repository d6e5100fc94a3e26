"""Expire an unpaid order whose time is over."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.orders.transitions import end_unpaid
from gerai.engine.state import State


class ExpireOrder(Command[OrderView], frozen=True, kw_only=True):
    """Refuses: NotFound, StateConflict (not pending any more, paid, or its time is not over on this environment's
    clock)."""

    order_id: int

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(self.order_id))
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if invoice is not None and invoice.status == "paid":
            raise StateConflict("order", order.public_id, "paid", "expire")
        if order.expires_at is None or order.expires_at > context.now:
            raise StateConflict("order", order.public_id, order.status, "expire")
        end_unpaid(state, context, order, "expire")
        return state.view(self.merchant_id, self.order_id)
