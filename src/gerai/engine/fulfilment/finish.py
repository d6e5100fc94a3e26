"""Finish an order by hand: a person states what came out of it."""

from __future__ import annotations

from typing import Any, Literal

from gerai.domain.records import Invoice, Order, OrderView
from gerai.domain.refusals import InputInvalid, StateConflict
from gerai.domain.states import ORDER
from gerai.engine.command import Context
from gerai.engine.fulfilment.record import RecordFulfilment, give_back
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import move_order, stop_fulfilment
from gerai.engine.payment_steps import ENDED
from gerai.engine.state import State


class FinishOrder(OrderCommand, frozen=True, kw_only=True):
    """Finish an order: ``failed`` of its items could not be delivered, the others were.

    An order with work to do (a provider, people among them) has its answer recorded, with ``result`` as its caller
    reads it; held money is captured for what succeeded and the rest returned. One without is completed, or failed when
    nothing was delivered. What was paid for a failed order returns (member's wallet), or waits for a person who sends
    it (``refund.due``). ``by``: who decided so; ``reason``: why items failed. ``unpaid``: it is given away, although
    its invoice was never paid.

    Refuses: NotFound, InputInvalid (more failed than there are items; a part of an order without work), StateConflict
    (``unpaid``: its invoice was never paid; ``finish``: it has ended; or it cannot be finished from where it is).
    """

    by: str
    failed: int = 0
    result: Any = None
    reason: str = ""
    unpaid: bool = False

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        items = sum(line.quantity for line in state.lines_of(order))
        if not 0 <= self.failed <= items:
            raise InputInvalid({"failed": [f"the order has {items} item{'s' * (items != 1)}"]})
        verb = "fail" if self.failed else "complete"
        if order.status in ENDED:
            raise StateConflict("order", order.public_id, order.status, "finish")
        if not self.unpaid and _never_paid(order, state.invoices.get(self.merchant_id, self.order_id)):
            raise StateConflict("order", order.public_id, "unpaid", verb)
        if state.fulfilments.get(self.merchant_id, self.order_id) is not None and order.status == "processing":
            RecordFulfilment(
                merchant_id=self.merchant_id,
                environment=self.environment,
                order_id=self.order_id,
                outcome="done",
                succeeded=items - self.failed,
                failed=self.failed,
                result=self.result,
                error=self.reason,
                by=self.by,
            ).decide(state, context)
            return state.view(self.merchant_id, self.order_id)
        if 0 < self.failed < items:
            raise InputInvalid({"failed": ["this order is done as a whole"]})
        moved = move_order(state, context, order, verb, by=self.by, reason=self.reason)
        stop_fulfilment(state, context, moved)
        if self.failed:
            give_back(state, context, moved, self.reason)
        return state.view(self.merchant_id, self.order_id)


def may_finish(view: OrderView, verb: Literal["complete", "fail"]) -> bool:
    """Whether the order, as it was read, could be completed as it is, or failed; what was never paid could not."""
    order = view.order
    open_now = order.status not in ENDED and ORDER.can(order.status, verb)
    return open_now and not _never_paid(order, view.invoice)


def _never_paid(order: Order, invoice: Invoice | None) -> bool:
    """Whether the order asks for money that never came."""
    return bool(order.total_sen) and invoice is not None and invoice.status not in ("paid", "refunded")
