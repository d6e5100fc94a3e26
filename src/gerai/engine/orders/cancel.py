"""Cancel an order that has not been finished."""

from __future__ import annotations

from gerai.domain.records import Invoice, OrderView
from gerai.domain.refusals import StateConflict
from gerai.domain.states import ORDER
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import end_unpaid
from gerai.engine.state import State


class CancelOrder(OrderCommand, frozen=True, kw_only=True):
    """Cancel: stock and holds return, open payments and the invoice end. A paid order is refunded first, not cancelled;
    one whose provider was asked, and whose result is not known, may be done already and waits for the result.

    Refuses: NotFound, StateConflict (``order``: it cannot be cancelled from where it is, or is paid; ``fulfilment``:
    its provider is working on it, or may have done it).
    """

    reason: str = ""
    by: str = ""

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        if _is_paid(state.invoices.get(self.merchant_id, self.order_id)):
            raise StateConflict("order", order.public_id, "paid", "cancel")
        by = {"by": self.by} if self.by else {}
        end_unpaid(state, context, order, "cancel", reason=self.reason, **by)
        return state.view(self.merchant_id, self.order_id)


def may_cancel(view: OrderView) -> bool:
    """Whether the order, as it was read, could be cancelled."""
    waits = view.fulfilment is not None and view.fulfilment.may_be_done
    return ORDER.can(view.order.status, "cancel") and not _is_paid(view.invoice) and not waits


def _is_paid(invoice: Invoice | None) -> bool:
    return invoice is not None and invoice.status == "paid"
