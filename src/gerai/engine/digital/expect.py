"""Orders that were placed before a variant had any codes: those that are open get some as later ones do."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from gerai.domain.filters import OrderFilter
from gerai.domain.refusals import NotFound
from gerai.domain.states import ORDER
from gerai.engine.command import Command, Context, Needs
from gerai.engine.core import Engine
from gerai.engine.digital.hand_out import hand_out, units_of
from gerai.engine.orders.handing_out import expecting, may_expect
from gerai.engine.state import State
from gerai.store import merchant_orders, order_views

log = structlog.get_logger("gerai.digital")
#: Orders read at once.
_AT_ONCE: Final = 100
_OVER: Final = {"completed", "partial", "closed", "cancelled", "expired", "failed", "returned"}
_OPEN: Final = tuple(sorted(ORDER.states - _OVER))


class ExpectCodes(Command[bool], frozen=True, kw_only=True):
    """Have the order wait for codes of its goods, where nothing of it was delivered. Returns whether it does from now
    on; done again it changes nothing. Refuses NotFound."""

    order_id: int

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,))

    def decide(self, state: State, context: Context) -> bool:
        order = state.order(self.merchant_id, self.order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(self.order_id))
        if not may_expect(order):
            return False
        state.orders.update(msgspec.structs.replace(order, after_payment=expecting(order), updated_at=context.now))
        return True


async def expect_codes(engine: Engine, merchant_id: int, environment: str, variant_id: int) -> int:
    """The open orders of a variant that has codes now; those that are paid get theirs at once. Returns how many did not
    wait for codes before. Safe to run any number of times."""
    last, changed = None, 0
    while True:
        wanted = OrderFilter(statuses=_OPEN, before_id=last)
        async with engine.connection() as connection:
            found = await merchant_orders.page(connection, merchant_id, environment, wanted, _AT_ONCE)
            views = await order_views.views(connection, found)
        for order_id in (view.order.order_id for view in views if units_of(view)[variant_id]):
            command = ExpectCodes(merchant_id=merchant_id, environment=environment, order_id=order_id)
            if (await engine.submit(command)).answer:
                changed += 1
                await hand_out(engine, merchant_id, order_id)
        if len(found) < _AT_ONCE:
            log.info("codes.expected", merchant_id=merchant_id, variant_id=variant_id, orders=changed)
            return changed
        last = found[-1].order_id
