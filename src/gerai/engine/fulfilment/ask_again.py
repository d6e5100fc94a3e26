"""Ask a provider now how an order's work stands."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Context
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import request_inquiry
from gerai.engine.state import State


class AskProvider(OrderCommand, frozen=True, kw_only=True):
    """A worker inquires at the provider at once, beside its next turn: whoever placed the order, or that turn, may be
    ordering the work this moment, so it is not ordered here. Only a result is recorded of it: the work is not given up
    sooner. Asked for again while a worker is about to inquire, it is the same inquiry.

    Refuses: NotFound, StateConflict: no provider was asked, or its result is there.
    """

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        if not may_ask(state.view(self.merchant_id, self.order_id)):
            raise StateConflict("order", order.public_id, order.status, "ask")
        request_inquiry(state, order)
        return state.view(self.merchant_id, self.order_id)


def may_ask(view: OrderView) -> bool:
    """Whether the order's provider was asked, and has said nothing yet."""
    work = view.fulfilment
    return view.order.status == "processing" and work is not None and work.may_be_done
