"""Cancel an order that has not been finished."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import end_unpaid
from gerai.engine.state import State


class CancelOrder(OrderCommand, frozen=True, kw_only=True):
    """Cancel: stock and holds return, open payments and the invoice end. A paid order is refunded first, not cancelled;
    one whose provider was asked and has not responded may be done already, and waits for the result.

    Refuses: NotFound, StateConflict (the order cannot be cancelled from where it is, is paid, or its work is unknown).
    """

    reason: str = ""
    by: str = ""

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        invoice = state.invoices.get(self.merchant_id, self.order_id)
        if invoice is not None and invoice.status == "paid":
            raise StateConflict("order", order.public_id, "paid", "cancel")
        fulfilment = state.fulfilments.get(self.merchant_id, self.order_id)
        if order.funding == "hold" and fulfilment is not None and fulfilment.status == "unknown":
            raise StateConflict("fulfilment", order.public_id, fulfilment.status, "cancel")
        by = {"by": self.by} if self.by else {}
        end_unpaid(state, context, order, "cancel", reason=self.reason, **by)
        return state.view(self.merchant_id, self.order_id)
