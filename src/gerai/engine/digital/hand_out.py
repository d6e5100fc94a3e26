"""Give an order its licence codes: one for each unit, all of them or none, and never two times."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

import msgspec
import structlog

from gerai.domain.records import CodeDelivery, LicenceCode, Order, OrderLine, OrderView
from gerai.domain.refusals import NotFound
from gerai.domain.states import ORDER
from gerai.engine.command import Command, Context, Needs
from gerai.engine.core import Engine
from gerai.engine.orders.handing_out import COMPLETED_BY_CODES, HAND_OUT, is_due, is_over
from gerai.engine.orders.transitions import move_order
from gerai.engine.state import State
from gerai.store import codes as sql

log = structlog.get_logger("gerai.digital")
#: What lines say that are a variant of the shop.
VARIANT: Final = "variant"
HANDED_OUT: Final = "codes.handed_out"
RAN_OUT: Final = "codes.ran_out"
#: Orders that wait, read at once.
_AT_ONCE: Final = 100
HandedOut = Literal["delivered", "before", "waiting", "not_due"]


class HandOutCodes(Command[HandedOut], frozen=True, kw_only=True):
    """Give the order its codes, where it is to have them now (``handing_out.is_due``), and complete it where its codes
    do that. ``pools``: those of its variants, by (pool's id, variant's id, how many units).

    Where there are too few of any, none is given: the order waits, and its delivery names the variant. Returns what
    became of it; ``before``: it got them earlier, and gets no others. Refuses NotFound.
    """

    order_id: int
    pools: tuple[tuple[int, int, int], ...]

    def needs(self) -> Needs:
        codes = tuple((pool_id, units) for pool_id, _, units in self.pools)
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True, codes=codes)

    def decide(self, state: State, context: Context) -> HandedOut:
        order = state.order(self.merchant_id, self.order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(self.order_id))
        before = state.code_deliveries.get(self.merchant_id, self.order_id)
        if before is not None and before.status == "delivered":
            return "before"
        if not is_due(order, state.invoices.get(self.merchant_id, self.order_id)):
            if before is not None and is_over(order):
                self._keep(state, context, before, "ended", before.variant_id)
            return "not_due"
        short = next((variant_id for pool_id, variant_id, _ in self.pools if self._lacks(state, pool_id)), None)
        if short is not None:
            if before is None or before.status != "waiting":
                state.announce(order, RAN_OUT, context.now, variant=short)
            self._keep(state, context, before, "waiting", short)
            return "waiting"
        for line in state.lines_of(order):
            self._give(state, context, order, line)
        self._keep(state, context, before, "delivered", self.pools[0][1])
        state.announce(order, HANDED_OUT, context.now, codes=self._units)
        if order.after_payment in COMPLETED_BY_CODES and ORDER.can(order.status, "complete"):
            move_order(state, context, order, "complete")
        return "delivered"

    @property
    def _units(self) -> int:
        return sum(units for _, _, units in self.pools)

    def _lacks(self, state: State, pool_id: int) -> bool:
        """Whether the pool has too few. What it was asked for in this batch by others is taken already."""
        pool = state.code_pools.get(self.merchant_id, pool_id)
        wanted = sum(units for id, _, units in self.pools if id == pool_id)
        return pool is None or pool.environment != self.environment or pool.free < wanted

    def _give(self, state: State, context: Context, order: Order, line: OrderLine) -> None:
        """One of the free codes of its variant for each unit of the line."""
        pool_id = next((id for id, variant_id, _ in self.pools if is_of(line, variant_id)), None)
        pool = None if pool_id is None else state.code_pools.get(self.merchant_id, pool_id)
        if pool is None:
            return
        free = [code for code in state.codes.named(self.merchant_id, pool.pool_id) if code.status == "free"]
        if len(free) < line.quantity:
            raise AssertionError(f"pool {pool.pool_id} counts more free codes than it has")
        for unit_no, code in enumerate(free[: line.quantity], 1):
            state.codes.update(_given(code, order, line.line_no, unit_no, context))
        state.code_pools.update(
            msgspec.structs.replace(
                pool, free=pool.free - line.quantity, given=pool.given + line.quantity, updated_at=context.now
            )
        )

    def _keep(self, state: State, context: Context, before: CodeDelivery | None, status: str, variant_id: int) -> None:
        """How the order's delivery stands now."""
        if before is None:
            state.code_deliveries.insert(
                CodeDelivery(
                    self.merchant_id, self.order_id, self.environment, status, variant_id, self._units, context.now,
                    context.now,
                )
            )  # fmt: skip
        elif (before.status, before.variant_id) != (status, variant_id):
            state.code_deliveries.update(
                msgspec.structs.replace(before, status=status, variant_id=variant_id, updated_at=context.now)
            )


def _given(code: LicenceCode, order: Order, line_no: int, unit_no: int, context: Context) -> LicenceCode:
    return msgspec.structs.replace(
        code, status="given", order_id=order.order_id, line_no=line_no, unit_no=unit_no, given_at=context.now
    )


def is_of(line: OrderLine, variant_id: int) -> bool:
    """Whether a line is this variant."""
    return line.item_kind == VARIANT and line.item_id == variant_id


def units_of(view: OrderView) -> Counter[int]:
    """How many units the order has of each variant."""
    units = Counter[int]()
    for line in view.lines:
        if line.item_kind == VARIANT:
            units[line.item_id] += line.quantity
    return units


async def hand_out(engine: Engine, merchant_id: int, order_id: int) -> HandedOut:
    """Give one order its codes, if it is to have them now. Safe to run any number of times."""
    view = await engine.orders.by_id(merchant_id, order_id)
    if view is None or view.order.after_payment not in HAND_OUT:
        return "not_due"
    order, units = view.order, units_of(view)
    async with engine.connection() as connection:
        pools = await sql.pools_of(connection, merchant_id, order.environment, sorted(units))
    if not pools:
        return "not_due"
    command = HandOutCodes(
        merchant_id=merchant_id,
        environment=order.environment,
        order_id=order_id,
        pools=tuple((pool.pool_id, pool.variant_id, units[pool.variant_id]) for pool in pools),
    )
    became = (await engine.submit(command)).answer
    log.info("codes.handed_out", merchant_id=merchant_id, order_id=order_id, became=became)
    return became


async def hand_out_waiting(engine: Engine, merchant_id: int, environment: str) -> int:
    """Give the orders that wait for codes theirs, in the order they were placed, as far as there are any. Returns how
    many got them."""
    after, served = 0, 0
    while True:
        async with engine.connection() as connection:
            waiting = await sql.waiting_orders(connection, merchant_id, environment, after, _AT_ONCE)
        for order_id in waiting:
            served += await hand_out(engine, merchant_id, order_id) == "delivered"
        if len(waiting) < _AT_ONCE:
            return served
        after = waiting[-1]
