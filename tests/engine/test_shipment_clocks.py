"""Reports of a parcel by clocks that are slow, cut fractions off or name no zone, and what a retry does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import OrderView, Shipment
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import Placed
from gerai.engine.shipping.record import RecordShipment

PARCEL = Parcel("jne", "REG", "lincah", 77, 250, 20_000_00)
NOON = datetime(2026, 4, 2, 5, 0, tzinfo=UTC)


async def place(shop: Shop) -> Placed:
    """An order with a parcel, paid for elsewhere."""
    return await shop.place("free", parcel=PARCEL, status="confirmed")


async def report(shop: Shop, placed: Placed, status: str, **facts: Any) -> OrderView:
    """Report where the parcel is."""
    return await shop.do(RecordShipment, placed, **({"channel": "test", "words": status, "status": status} | facts))


def parcel_of(view: OrderView) -> Shipment:
    assert view.shipment is not None
    return view.shipment


async def sound(shop: Shop) -> None:
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("end", ["delivered", "returned"])
@pytest.mark.parametrize("behind", [timedelta(microseconds=700_000), timedelta(minutes=30)])
async def test_the_end_of_the_way_outranks_the_clock(shop: Shop, end: str, behind: timedelta) -> None:
    """A time cut to the second, or of a clock half an hour slow: the parcel has arrived all the same, not before it
    left, and saying it again changes nothing. No other state outranks a clock that much."""
    placed = await place(shop)
    left = NOON + timedelta(microseconds=700_000)
    await report(shop, placed, "handed_over", at=left)
    if behind > timedelta(seconds=1):
        view = await report(shop, placed, "in_transit", at=left - behind)
        assert (parcel_of(view).status, view.order.status) == ("handed_over", "shipped")
    view = await report(shop, placed, end, at=left - behind)
    assert (parcel_of(view).status, view.order.status) == (end, {"delivered": "completed"}.get(end, end))
    assert parcel_of(view).delivered_at == (left if end == "delivered" else None)
    assert parcel_of(view).reported_at == left
    assert await report(shop, placed, end, at=left - behind) == view
    events = await shop.engine.events.of_orders(shop.merchant_id, [placed.view.order.order_id])
    assert [event.name for event in events].count(f"shipment.{end}") == 1
    await sound(shop)


async def test_reports_of_one_second_count_in_the_order_they_come(shop: Shop) -> None:
    """Clocks that cut fractions off cannot tell more."""
    placed = await place(shop)
    await report(shop, placed, "handed_over", at=NOON + timedelta(microseconds=999_999))
    view = await report(shop, placed, "in_transit", at=NOON)
    assert parcel_of(view).status == "in_transit"
    assert parcel_of(view).reported_at == NOON + timedelta(microseconds=999_999)


async def test_a_report_that_moved_nothing_is_tried_again(engine: Engine) -> None:
    """A parcel of an expired order goes nowhere; once late money brought the order back, the courier's retry takes
    effect. What took effect, or was true already when it was said, is a repeat for ever."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(parcel=PARCEL, after_payment="confirm", expires_at=EPOCH + timedelta(minutes=5))
    started = await shop.start_payment(placed)
    late = EPOCH + timedelta(minutes=6)
    await set_test_clock(engine, shop.merchant_id, frozen_at=late)
    await shop.do(ExpireOrder, placed)
    view = await report(shop, placed, "problem", at=late)
    assert await report(shop, placed, "problem", at=late) == view
    assert (parcel_of(view).status, view.order.status) == ("cancelled", "expired")
    await shop.pay(placed, payment_id=started.payments[0].payment_id)
    view = await report(shop, placed, "problem", at=late)
    assert (parcel_of(view).status, view.order.status) == ("problem", "shipped")
    assert await report(shop, placed, "problem", at=late) == view
    await report(shop, placed, "in_transit", at=late)
    await report(shop, placed, "in_transit", at=late, description="again, elsewhere")
    await set_test_clock(engine, shop.merchant_id, frozen_at=late + timedelta(hours=1))
    view = await report(shop, placed, "problem", at=late + timedelta(hours=1))
    for description in ("", "again, elsewhere"):
        assert await report(shop, placed, "in_transit", at=late, description=description) == view
    assert parcel_of(view).status == "problem"
    await sound(shop)


async def test_a_time_without_zone_is_jakartas(shop: Shop) -> None:
    """Couriers here write wall time."""
    placed = await place(shop)
    naive = (NOON + timedelta(hours=7)).replace(tzinfo=None)
    view = await report(shop, placed, "handed_over", at=naive)
    assert parcel_of(view).shipped_at == NOON
    assert await report(shop, placed, "handed_over", at=naive) == view
