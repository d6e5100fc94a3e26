"""Ask a provider now how an order's work stands."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import request_fulfilment
from gerai.engine.state import State


class AskProvider(OrderCommand, frozen=True, kw_only=True):
    """A worker asks the provider at once, beside its next turn: what was asked is inquired about, what never arrived is
    asked anew. Only a result is recorded of it: the work is not given up sooner.

    Refuses: NotFound, StateConflict: no provider was asked, or its result is there.
    """

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        if not may_ask(state.view(self.merchant_id, self.order_id)):
            raise StateConflict("order", order.public_id, order.status, "ask")
        request_fulfilment(state, order, None, beside=True)
        return state.view(self.merchant_id, self.order_id)


def may_ask(view: OrderView) -> bool:
    """Whether the order's provider was asked, and has said nothing yet."""
    work = view.fulfilment
    return view.order.status == "processing" and work is not None and work.may_be_done
