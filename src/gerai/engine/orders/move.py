"""A person takes an order one step on."""

from __future__ import annotations

from typing import Literal

from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.domain.states import ORDER
from gerai.engine.command import Context
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.state import State

Step = Literal["confirm", "start", "make_ready", "return"]


class MoveOrder(OrderCommand, frozen=True, kw_only=True):
    """Take one step of the order's table, as a status change of one order does. ``by``: who does.

    Refuses: NotFound, StateConflict: no such step from where it is; or its work is a provider's, or its money is held,
    so that only their result moves it.
    """

    step: Step
    by: str

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        target = ORDER.move(order.status, self.step, order.public_id)
        if order.provider:
            raise StateConflict("order", order.public_id, order.status, self.step)
        change = ChangeStatus(
            merchant_id=self.merchant_id,
            environment=self.environment,
            channel=order.channel,
            order_ids=(self.order_id,),
            target=target,
            by=self.by,
        )
        [moved] = change.decide(state, context)
        return moved


def may_move(view: OrderView, step: Step) -> bool:
    """Whether the order, as it was read, could take this step."""
    order = view.order
    return ORDER.can(order.status, step) and not order.provider and order.funding != "hold"
