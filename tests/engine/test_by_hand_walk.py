"""People and couriers change orders by hand, in any order: whatever they say, the books hold."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.refusals import NotFound, NothingToShip, RefundTooLarge, StateConflict
from gerai.domain.states import ORDER, SHIPMENT
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.engine.shipping.record import RecordShipment

STEP = st.tuples(
    st.sampled_from(["", "", *sorted(ORDER.states)]),
    st.sampled_from([None, None, "paid", "unpaid", "conflict", "settled"]),
    st.sampled_from(
        ["by hand", "by hand", "by hand", "report", "report", "pay", "cancel", "refund", "start", "resolve"]
    ),
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["", *sorted(SHIPMENT.states)]),
            "receipt": st.sampled_from(["", "", "JX1", "JX2"]),
            "at": st.one_of(st.none(), st.integers(0, 9).map(lambda hours: EPOCH + timedelta(hours=hours))),
        }
    ),
)
WALK = st.lists(STEP, min_size=1, max_size=12)
ORDERS = st.fixed_dictionaries(
    {
        "funding": st.sampled_from(["invoice", "free", "wallet", "hold"]),
        "status": st.sampled_from(["pending", "draft"]),
        "after_payment": st.sampled_from(["start", "confirm", "complete"]),
        "total_sen": st.sampled_from([0, 2_00]),
        "stocked": st.booleans(),
        "parcel": st.sampled_from([None, Parcel("jne", "REG", "", 77, 250, 20_00)]),
    }
)


async def assert_the_books_hold(
    shop: Shop, order: dict[str, Any], steps: list[tuple[str, Any, str, dict[str, Any]]]
) -> None:
    fields = dict(order)
    stock_id = await shop.add_stock(2) if fields.pop("stocked") else None
    total_sen = fields.pop("total_sen")
    placed = await shop.place(fields.pop("funding"), total_sen, lines=(shop.line(total_sen, 2, stock_id),), **fields)
    for target, payment, how, said in steps:
        with contextlib.suppress(StateConflict, NotFound, RefundTooLarge, NothingToShip):
            await _step(shop, placed, target, payment, how, said)
        assert await check(shop.engine, shop.merchant_id) == []


async def _step(shop: Shop, placed: Any, target: str, payment: Any, how: str, said: dict[str, Any]) -> None:
    match how:
        case "report":
            await shop.do(RecordShipment, placed, channel="test", words="scan", **said)
        case "by hand":
            ids = (placed.view.order.order_id,)
            command = ChangeStatus(**shop.owner, channel="test", order_ids=ids, target=target, payment=payment)
            await shop.engine.submit(command)
        case "pay":
            await shop.do(RecordPayment, placed, outcome="paid", method="manual")
        case "cancel":
            await shop.do(CancelOrder, placed)
        case "start":
            await shop.start_payment(placed, fee_sen=50, merchant_fee_sen=30 * (placed.view.order.total_sen > 0))
        case "resolve":
            query = "SELECT payment_id FROM payments WHERE merchant_id = %s AND order_id = %s AND status = 'late'"
            decision = {"paid": "accept", "unpaid": "refund"}.get(payment, "wallet")
            for (payment_id,) in await shop.rows(query, placed.view.order.order_id):
                await shop.do(ResolveLate, placed, payment_id=payment_id, decision=decision)
        case _:
            query = "SELECT payment_id FROM payments WHERE merchant_id = %s AND order_id = %s ORDER BY 1 DESC LIMIT 1"
            for (payment_id,) in await shop.rows(query, placed.view.order.order_id):
                await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=1_00)


def test_the_books_hold_whatever_people_do(dsn: str) -> None:
    """Random walks through statuses and payment words, mixed with reports of the parcel, payments, refunds and
    cancellations: every act is done or refused as a conflict, and every invariant holds after each."""
    with asyncio.Runner() as runner:
        engine = Engine(dsn, reads_pool_size=2)
        runner.run(engine.start())

        @settings(max_examples=80, suppress_health_check=list(HealthCheck))
        @given(ORDERS, WALK)
        def walk(order: dict[str, Any], steps: list[tuple[str, Any, str, dict[str, Any]]]) -> None:
            shop: Shop = runner.run(open_shop(engine, money_sen=10_00))
            runner.run(assert_the_books_hold(shop, order, steps))

        try:
            walk()
        finally:
            runner.run(engine.stop())
