"""The first word of a courier: scans get lost, and each report implies the steps before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine_kit import Shop
from gerai.domain.records import OrderView, Shipment
from gerai.engine.check import check
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import Placed
from gerai.engine.shipping.record import RecordShipment

PARCEL = Parcel("jne", "REG", "lincah", 77, 250, 20_000_00)
NOON = datetime(2026, 4, 2, 5, 0, tzinfo=UTC)


async def by_hand(shop: Shop, placed: Placed, target: str) -> None:
    """Move the order by hand."""
    order_ids = (placed.view.order.order_id,)
    await shop.engine.submit(ChangeStatus(**shop.owner, channel="test", order_ids=order_ids, target=target))


async def report(shop: Shop, placed: Placed, status: str, **facts: Any) -> OrderView:
    """Report where the parcel is."""
    return await shop.do(RecordShipment, placed, **({"channel": "test", "words": status, "status": status} | facts))


def parcel_of(view: OrderView) -> Shipment:
    assert view.shipment is not None
    return view.shipment


@pytest.mark.parametrize("begun", ["confirmed", "processing", "ready"])
@pytest.mark.parametrize("number", ["", "JX1"])
@pytest.mark.parametrize("word", ["problem", "returning", "returned"])
async def test_the_first_word_of_a_courier_says_that_the_parcel_had_left(
    shop: Shop, begun: str, number: str, word: str
) -> None:
    """In trouble, on its way back or back, with no scan before it: parcel and order stand as if it had been reported as
    picked up first, the goods are gone, and only a parcel that is back leaves a paid order's money to be decided."""
    stock_id = await shop.add_stock(5)
    one, two = [
        await shop.place(after_payment="confirm", parcel=PARCEL, lines=(shop.line(5_000_00, 2, stock_id),))
        for _ in range(2)
    ]
    for placed in (one, two):
        await shop.pay(placed)
        if begun != "confirmed":
            await by_hand(shop, placed, "processing")
        if begun == "ready":
            await by_hand(shop, placed, "ready")
        if number:
            await shop.do(RecordShipment, placed, channel="test", receipt=number)
    await report(shop, one, "handed_over", at=NOON)
    expected = await report(shop, one, word, at=NOON)
    found = await report(shop, two, word, at=NOON)
    assert (parcel_of(found).status, found.order.status) == (word, "returned" if word == "returned" else "shipped")
    assert found.order.status == expected.order.status
    for name in ("status", "shipped_at", "reported_at", "delivered_at", "receipt"):
        assert getattr(parcel_of(found), name) == getattr(parcel_of(expected), name)
    assert parcel_of(found).shipped_at == NOON
    assert await shop.stock(stock_id) == (1, 0)
    events = await shop.events(two)
    assert (events.count("order.shipped"), events.count("shipment.noted")) == (1, 0)
    assert events.count("refund.due") == (1 if word == "returned" else 0)
    assert await report(shop, two, word, at=NOON) == found
    assert await shop.events(two) == events
    assert await check(shop.engine, shop.merchant_id) == []
