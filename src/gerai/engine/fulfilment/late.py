"""A provider's result that comes when the order has ended without it: kept with the order, never lost."""

from __future__ import annotations

from typing import Any

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.domain.states import FULFILMENT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.fulfilment.outcome import fulfilment_verb, with_result
from gerai.engine.state import State


class NoteLateResult(Command[tuple[OrderView, bool]], frozen=True, kw_only=True):
    """Keep what a provider did for an order that does not wait for it any more.

    The event ``fulfilment.late`` records it, with where the work stood (``was``); no money and no goods move. A
    fulfilment without a result takes this one; one that has another (a person finished the order) keeps its own. What
    stands there already changes nothing. Returns the order, and whether there was anything to keep.

    Refuses: NotFound.
    """

    order_id: int
    succeeded: int
    failed: int
    reference: str = ""
    result: Any = None
    error: str = ""

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,))

    def decide(self, state: State, context: Context) -> tuple[OrderView, bool]:
        order = state.order(self.merchant_id, self.order_id)
        fulfilment = state.fulfilments.get(self.merchant_id, self.order_id)
        if order.environment != self.environment or fulfilment is None:
            raise NotFound("order", str(self.order_id))
        takes = FULFILMENT.can(fulfilment.status, fulfilment_verb(self.succeeded, self.failed))
        if not takes and (fulfilment.succeeded, fulfilment.failed) == (self.succeeded, self.failed):
            return state.view(self.merchant_id, self.order_id), False
        if takes:
            done = with_result(
                fulfilment, context.now, succeeded=self.succeeded, failed=self.failed, reference=self.reference,
                result=self.result, error=self.error,
            )  # fmt: skip
            state.fulfilments.update(done)
        # What a person's result stands in the place of is kept nowhere else.
        result = {} if takes or self.result is None else {"result": self.result}
        state.announce(
            order, "fulfilment.late", context.now,
            succeeded=self.succeeded, failed=self.failed, reference=self.reference, error=self.error,
            was=fulfilment.status, **result,
        )  # fmt: skip
        return state.view(self.merchant_id, self.order_id), True
