"""Cancel an order that has not been finished."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.orders.transitions import end_unpaid
from gerai.engine.state import State


class CancelOrder(Command[OrderView], frozen=True, kw_only=True):
    """Cancel: stock and holds return, open payments and the invoice end. A paid order is refunded first, not cancelled;
    one whose provider was asked and has not responded may be done already, and waits for the result.

    Refuses: NotFound, StateConflict (the order cannot be cancelled from where it is, is paid, or its work is unknown).
    """

    order_id: int
    reason: str = ""
    by: str = ""

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(self.order_id))
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if invoice is not None and invoice.status == "paid":
            raise StateConflict("order", order.public_id, "paid", "cancel")
        fulfilment = state.fulfilments.get(self.merchant_id, self.order_id)
        if order.funding == "hold" and fulfilment is not None and fulfilment.status == "unknown":
            raise StateConflict("fulfilment", order.public_id, fulfilment.status, "cancel")
        by = {"by": self.by} if self.by else {}
        end_unpaid(state, context, order, "cancel", reason=self.reason, **by)
        return state.view(self.merchant_id, self.order_id)
