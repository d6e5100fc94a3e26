"""The parcel of an order: planned with it, moved along with it, and moving it by what is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from engine_kit import EPOCH, Shop, another_engine, key_of, open_shop, shown
from gerai.domain.records import OrderView, Shipment
from gerai.domain.refusals import NotFound, NothingToShip, OutOfStock, QuantityOutOfRange, StateConflict
from gerai.domain.states import SHIPMENT
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import Placed
from gerai.engine.shipping import record
from gerai.engine.shipping.record import REPORTABLE, RecordShipment

PARCEL = Parcel("jne", "REG", "lincah", 77, 250, 20_000_00)
NOON = datetime(2026, 4, 2, 5, 0, tzinfo=UTC)


async def place(shop: Shop, status: str = "confirmed", **changes: Any) -> Placed:
    """An order with a parcel, paid for elsewhere. None is ``ready`` from the start: that one is moved there."""
    begun = "processing" if status == "ready" else status
    placed = await shop.place("free", **({"parcel": PARCEL, "status": begun} | changes))
    if status == "ready":
        await to(shop, placed, status)
    return placed


async def to(shop: Shop, placed: Placed | OrderView, target: str) -> OrderView:
    """Move the order by hand."""
    order = (placed.view if isinstance(placed, Placed) else placed).order
    command = ChangeStatus(**shop.owner, channel="test", order_ids=(order.order_id,), target=target)
    return (await shop.engine.submit(command)).answer[0]


async def report(shop: Shop, placed: Placed | OrderView, status: str, **facts: Any) -> OrderView:
    """Report where the parcel is."""
    return await shop.do(RecordShipment, placed, **({"channel": "test", "words": status, "status": status} | facts))


def parcel_of(view: OrderView) -> Shipment:
    assert view.shipment is not None
    return view.shipment


async def told(shop: Shop, placed: Placed) -> list[tuple[str, dict[str, Any]]]:
    """What was said of the parcel: names and facts of its events, without how the order stood then."""
    entries = await shop.engine.events.of_orders(shop.merchant_id, [placed.view.order.order_id])
    for entry in entries:
        del entry.facts["after"]
    return [(entry.name, entry.facts) for entry in entries if entry.name.startswith("shipment.")]


async def sound(shop: Shop) -> None:
    assert await check(shop.engine, shop.merchant_id) == []


# --- placed ------------------------------------------------------------------------------------


async def test_an_order_is_placed_with_its_parcel(shop: Shop) -> None:
    """One transaction writes both; the shipment has the order's id, what was asked for, and stands as planned."""
    placed = await place(shop)
    shipment = parcel_of(placed.view)
    order = placed.view.order
    assert (shipment.merchant_id, shipment.shipment_id, shipment.order_id) == (
        shop.merchant_id, order.order_id, order.order_id,
    )  # fmt: skip
    assert (shipment.status, shipment.environment) == ("planned", "production")
    assert (shipment.courier, shipment.service, shipment.aggregator) == ("jne", "REG", "lincah")
    assert (shipment.warehouse_id, shipment.weight_g, shipment.cost_sen) == (77, 250, 20_000_00)
    assert (shipment.receipt, shipment.reported_at, shipment.shipped_at, shipment.delivered_at) == (
        "",
        None,
        None,
        None,
    )
    assert await shop.events(placed) == ["order.placed", "shipment.planned"]
    stored = await shop.engine.orders.by_id(shop.merchant_id, order.order_id)
    assert stored is not None
    assert stored.shipment == shipment


@pytest.mark.parametrize("funding", ["invoice", "wallet", "hold", "free"])
async def test_an_order_without_a_parcel_has_none(shop: Shop, funding: str) -> None:
    """Not a row and not an event more than before, however it is paid; its stored answer does not mention one."""
    placed = await shop.place(funding)
    assert placed.view.shipment is None
    assert await shop.count("shipments") == 0
    assert await told(shop, placed) == []
    assert b"shipment" not in msgspec.json.encode(placed)


@pytest.mark.parametrize("funding", ["invoice", "wallet", "hold", "free"])
async def test_a_parcel_goes_with_every_funding(shop: Shop, funding: str) -> None:
    """However the order is paid, its answer has the parcel, and a replay has the same."""
    command = shop.order(funding, parcel=PARCEL)
    first = await shop.engine.submit(command, key_of(f"parcel-{funding}"))
    again = await shop.engine.submit(command, key_of(f"parcel-{funding}"))
    assert parcel_of(first.answer.view).status == "planned"
    assert again.replayed
    assert shown(again.answer) == shown(first.answer)
    await sound(shop)


async def test_a_refused_order_leaves_no_parcel(shop: Shop) -> None:
    """Out of stock: neither order nor shipment."""
    stock_id = await shop.add_stock(1)
    with pytest.raises(OutOfStock):
        await place(shop, lines=(shop.line(5_000_00, 2, stock_id),))
    assert await shop.count("shipments") == 0


# --- the order moves, the parcel follows -------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (["cancelled"], "cancelled"),
        (["processing", "ready", "processing", "confirmed"], "planned"),
        (["pending", "draft", "cancelled"], "cancelled"),
        (["shipped"], "handed_over"),
        (["processing", "ready", "shipped"], "handed_over"),
        (["shipped", "completed"], "delivered"),
        (["shipped", "completed", "closed"], "delivered"),
        (["completed"], "delivered"),
        (["shipped", "returned"], "returned"),
        (["shipped", "returned", "closed"], "returned"),
    ],
)
async def test_the_parcel_follows_its_order(shop: Shop, path: list[str], status: str) -> None:
    """Cancelled, shipped, completed, returned: the parcel goes where the order goes, with its times."""
    placed = await place(shop)
    view = placed.view
    for target in path:
        view = await to(shop, view, target)
    shipment = parcel_of(view)
    assert shipment.status == status
    assert (shipment.shipped_at is None) == (status in ("planned", "cancelled"))
    assert (shipment.delivered_at is None) == (status != "delivered")
    assert shipment.reported_at is None
    assert (await told(shop, placed))[-1][0] == f"shipment.{status}"
    await sound(shop)


async def test_an_order_that_is_cancelled_or_expires_takes_its_parcel_along(engine: Engine) -> None:
    """By the customer, or by the clock; a parcel with a number too."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    cancelled = await shop.place(parcel=PARCEL)
    assert parcel_of(await shop.do(CancelOrder, cancelled)).status == "cancelled"
    expiring = await shop.place(parcel=PARCEL, expires_at=EPOCH + timedelta(minutes=5))
    await shop.do(RecordShipment, expiring, channel="test", receipt="JX1")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=6))
    assert parcel_of(await shop.do(ExpireOrder, expiring)).status == "cancelled"
    await sound(shop)


async def test_an_order_that_comes_back_to_life_is_sent_after_all(engine: Engine) -> None:
    """Paid late: the parcel is planned again, without the number that was given up."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(parcel=PARCEL, after_payment="confirm", expires_at=EPOCH + timedelta(minutes=5))
    started = await shop.start_payment(placed)
    await shop.do(RecordShipment, placed, channel="test", receipt="JX1")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=6))
    await shop.do(ExpireOrder, placed)
    view = await shop.pay(placed, payment_id=started.payments[0].payment_id)
    assert view.order.status == "confirmed"
    assert (parcel_of(view).status, parcel_of(view).receipt) == ("planned", "")
    assert [name for name, _ in await told(shop, placed)] == [
        "shipment.planned", "shipment.booked", "shipment.cancelled", "shipment.planned",
    ]  # fmt: skip
    await sound(shop)


async def test_what_is_shipped_without_a_plan_has_left_all_the_same(shop: Shop) -> None:
    """An order without a parcel that is marked as shipped gets one that is on its way, of which nothing else is
    known."""
    placed = await shop.place("free", status="confirmed")
    shipment = parcel_of(await to(shop, placed, "shipped"))
    assert (shipment.status, shipment.courier, shipment.weight_g, shipment.warehouse_id) == ("handed_over", "", 0, None)
    assert shipment.shipped_at is not None
    assert parcel_of(await to(shop, placed, "completed")).status == "delivered"
    await sound(shop)


# --- the parcel moves, the order follows -------------------------------------------------------


@pytest.mark.parametrize("begun", ["confirmed", "processing", "ready"])
@pytest.mark.parametrize(
    ("reports", "status", "order_status"),
    [
        (["booked"], "booked", ""),
        (["handed_over"], "handed_over", "shipped"),
        (["in_transit"], "in_transit", "shipped"),
        (["handed_over", "in_transit", "problem", "in_transit"], "in_transit", "shipped"),
        (["in_transit", "problem", "returning"], "returning", "shipped"),
        (["in_transit", "returning", "returned"], "returned", "returned"),
        (["in_transit", "returned"], "returned", "returned"),
        (["in_transit", "returning", "delivered"], "delivered", "completed"),
        (["booked", "in_transit", "delivered"], "delivered", "completed"),
        (["delivered"], "delivered", "completed"),
        (["problem"], "problem", "shipped"),
        (["booked", "problem", "delivered"], "delivered", "completed"),
        (["returning"], "returning", "shipped"),
        (["booked", "returning", "returned"], "returned", "returned"),
        (["returned"], "returned", "returned"),
        (["booked", "returned"], "returned", "returned"),
    ],
)
async def test_the_order_follows_its_parcel(
    shop: Shop, begun: str, reports: list[str], status: str, order_status: str
) -> None:
    """Left: shipped. Delivered: completed. Back: returned. Scans get lost: whichever report but ``booked`` comes first,
    the parcel had left. Each report, each move and each step of the order is told, and the goods leave the stock
    once."""
    stock_id = await shop.add_stock(5)
    placed = await place(shop, begun, lines=(shop.line(5_000_00, 2, stock_id),))
    view = placed.view
    for number, word in enumerate(reports):
        view = await report(shop, view, word, at=NOON + timedelta(hours=number))
    assert (parcel_of(view).status, view.order.status) == (status, order_status or begun)
    assert parcel_of(view).reported_at == NOON + timedelta(hours=len(reports) - 1)
    assert [name for name, _ in await told(shop, placed)] == [
        "shipment.planned", *(f"shipment.{word}" for word in reports),
    ]  # fmt: skip
    assert await shop.stock(stock_id) == ((5, 2) if status == "booked" else (3, 0))
    await sound(shop)


async def test_a_report_tells_its_own_time(shop: Shop) -> None:
    """The parcel left and arrived when the courier says so; a clock that runs ahead is not believed."""
    placed = await place(shop)
    view = await report(shop, placed, "handed_over", at=NOON, description="Diambil kurir", words="PICKUP")
    assert parcel_of(view).shipped_at == NOON
    ahead = datetime(2126, 1, 1, tzinfo=UTC)
    view = await report(shop, placed, "delivered", at=ahead)
    delivered_at = parcel_of(view).delivered_at
    assert delivered_at is not None
    assert delivered_at < ahead
    assert (await told(shop, placed))[1:] == [
        (
            "shipment.handed_over",
            {
                "status": "handed_over", "was": "planned", "words": "PICKUP", "description": "Diambil kurir",
                "source": "manual", "happened_at": NOON.isoformat(),
            },
        ),
        (
            "shipment.delivered",
            {
                "status": "delivered", "was": "handed_over", "words": "delivered", "description": "",
                "source": "manual", "happened_at": ahead.isoformat(),
            },
        ),
    ]  # fmt: skip


async def test_reports_that_go_backwards_are_kept_and_move_nothing(shop: Shop) -> None:
    """Older than the newest, or leading nowhere from here: in the history, nowhere else."""
    placed = await place(shop)
    assert parcel_of(await report(shop, placed, "booked", at=NOON)).status == "booked"
    await report(shop, placed, "in_transit", at=NOON + timedelta(hours=3))
    await report(shop, placed, "problem", at=NOON + timedelta(hours=4))
    for word, hours in (("in_transit", 2), ("handed_over", 5), ("booked", 6)):
        view = await report(shop, placed, word, at=NOON + timedelta(hours=hours))
        assert (parcel_of(view).status, view.order.status) == ("problem", "shipped")
    await report(shop, placed, "delivered", at=NOON + timedelta(hours=7))
    for word in sorted(REPORTABLE):
        view = await report(shop, placed, word, at=NOON + timedelta(hours=8))
        assert (parcel_of(view).status, view.order.status) == ("delivered", "completed")
    names = [name for name, _ in await told(shop, placed)]
    assert names.count("shipment.noted") == 3 + len(REPORTABLE)
    assert names.count("shipment.delivered") == 1
    await sound(shop)


async def test_a_late_scan_does_not_call_a_parcel_back(shop: Shop) -> None:
    """A scan at the same place repeated later moves the newest time on, so that what lies between is history."""
    placed = await place(shop)
    await report(shop, placed, "in_transit", at=NOON)
    await report(shop, placed, "in_transit", at=NOON + timedelta(hours=4))
    view = await report(shop, placed, "problem", at=NOON + timedelta(hours=2))
    assert parcel_of(view).status == "in_transit"
    assert parcel_of(view).reported_at == NOON + timedelta(hours=4)


async def test_words_without_a_meaning_are_noted(shop: Shop) -> None:
    """What a courier says beyond our states stays in the history and does not count as the newest report."""
    placed = await place(shop)
    view = await report(shop, placed, "", words="SORTING", at=NOON + timedelta(hours=9))
    assert (parcel_of(view).status, parcel_of(view).reported_at) == ("planned", None)
    view = await report(shop, placed, "cancelled", words="PICKUP CANCELLED")
    assert (parcel_of(view).status, view.order.status) == ("planned", "confirmed")
    view = await report(shop, placed, "in_transit", at=NOON)
    assert parcel_of(view).status == "in_transit"
    await sound(shop)


@pytest.mark.parametrize("status", ["draft", "pending"])
@pytest.mark.parametrize("word", sorted(REPORTABLE - {"booked"}))
async def test_an_order_that_cannot_follow_refuses(shop: Shop, status: str, word: str) -> None:
    """A parcel does not leave for an order that waits for its money: refused whole, not even the report is kept."""
    placed = await place(shop, status)
    with pytest.raises(StateConflict) as refused:
        await report(shop, placed, word, receipt="JX1")
    assert (refused.value.thing, refused.value.state, refused.value.verb) == ("order", status, "ship")
    assert await shop.events(placed) == ["order.placed", "shipment.planned"]
    view = await shop.engine.orders.by_id(shop.merchant_id, placed.view.order.order_id)
    assert view == placed.view


async def test_a_cancelled_parcel_goes_nowhere(shop: Shop) -> None:
    """Its order is over: reports are notes, a number is refused."""
    placed = await place(shop)
    await to(shop, placed, "cancelled")
    view = await report(shop, placed, "in_transit")
    assert (parcel_of(view).status, view.order.status) == ("cancelled", "cancelled")
    with pytest.raises(StateConflict) as refused:
        await shop.do(RecordShipment, placed, channel="test", receipt="JX1")
    assert refused.value.thing == "shipment"
    await sound(shop)


# --- number, booker, notes ---------------------------------------------------------------------


async def test_the_first_number_books_and_the_next_corrects(shop: Shop) -> None:
    """planned becomes booked; later numbers change nothing but the number, also on the way; the same again nothing."""
    placed = await place(shop)
    for _ in range(2):
        view = await shop.do(RecordShipment, placed, channel="test", receipt="JX123")
        assert (parcel_of(view).status, parcel_of(view).receipt, view.order.status) == ("booked", "JX123", "confirmed")
    await shop.do(RecordShipment, placed, channel="test", receipt="JX124")
    await report(shop, placed, "in_transit")
    view = await shop.do(RecordShipment, placed, channel="test", receipt="JX125")
    assert (parcel_of(view).status, parcel_of(view).receipt) == ("in_transit", "JX125")
    assert [(name, facts.get("receipt")) for name, facts in await told(shop, placed)] == [
        ("shipment.planned", None), ("shipment.booked", "JX123"), ("shipment.amended", "JX124"),
        ("shipment.in_transit", None), ("shipment.amended", "JX125"),
    ]  # fmt: skip
    await sound(shop)


async def test_booker_and_notes_change_alone_or_together(shop: Shop) -> None:
    """Each part that is given is changed, the others stay; what is given again is no change. The details are what the
    door makes of the parcel as it stands, whole."""

    def keeping(**new: int) -> Callable[[Shipment], dict[str, Any]]:
        return lambda parcel: {**parcel.details, **new}

    placed = await place(shop)
    view = await shop.do(RecordShipment, placed, channel="test", aggregator="mengantar", revise=keeping(a=1))
    assert (parcel_of(view).aggregator, parcel_of(view).details, parcel_of(view).status) == (
        "mengantar", {"a": 1}, "planned",
    )  # fmt: skip
    view = await shop.do(RecordShipment, placed, channel="test", receipt="JX1", revise=keeping(b=2))
    assert parcel_of(view).details == {"a": 1, "b": 2}
    before = await shop.events(placed)
    again = await shop.do(
        RecordShipment, placed, channel="test", receipt="JX1", aggregator="mengantar", revise=keeping(b=2)
    )
    assert again == view
    assert await shop.events(placed) == before


async def test_number_and_delivery_in_one_act(shop: Shop) -> None:
    """What comes together is done together."""
    placed = await place(shop)
    view = await report(shop, placed, "delivered", receipt="JX9")
    assert (parcel_of(view).status, parcel_of(view).receipt, view.order.status) == ("delivered", "JX9", "completed")
    assert [name for name, _ in await told(shop, placed)] == [
        "shipment.planned", "shipment.booked", "shipment.delivered",
    ]  # fmt: skip


# --- said twice --------------------------------------------------------------------------------


async def test_the_same_report_again_changes_nothing(shop: Shop) -> None:
    """With its time: whenever it was said before. Without: when it is what was said last."""
    placed = await place(shop)
    first = await report(shop, placed, "in_transit", at=NOON, description="Transit di Cakung")
    second = await report(shop, placed, "problem", at=NOON + timedelta(hours=1))
    assert await report(shop, placed, "in_transit", at=NOON, description="Transit di Cakung") == second
    assert first != second
    third = await report(shop, placed, "in_transit")
    assert await report(shop, placed, "in_transit") == third
    assert len(await told(shop, placed)) == 4
    await report(shop, placed, "in_transit", description="Transit di Cakung")
    await report(shop, placed, "in_transit")
    assert len(await told(shop, placed)) == 6


@pytest.mark.parametrize("at", [None, NOON])
async def test_rivals_say_it_once(dsn: str, shop: Shop, at: datetime | None) -> None:
    """Twenty times at once, half of them by another process: one report, one move, goods taken once."""
    stock_id = await shop.add_stock(5)
    placed = await place(shop, lines=(shop.line(5_000_00, 2, stock_id),))
    command = RecordShipment(
        **shop.owner, channel="test", order_id=placed.view.order.order_id, words="picked up", status="handed_over",
        at=at, receipt="JX1",
    )  # fmt: skip
    async with another_engine(dsn) as other:
        answers = await asyncio.gather(*(e.submit(command) for e in (shop.engine, other) for _ in range(10)))
    assert {parcel_of(answer.answer).status for answer in answers} == {"handed_over"}
    assert [name for name, _ in await told(shop, placed)] == [
        "shipment.planned", "shipment.booked", "shipment.handed_over",
    ]  # fmt: skip
    assert await shop.stock(stock_id) == (3, 0)
    await sound(shop)


async def test_what_is_said_is_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a report is refused; repeats still are no mistake."""
    monkeypatch.setattr(record, "REPORTS_AT_MOST", 3)
    placed = await place(shop)
    for word in ("a", "b", "c"):
        await report(shop, placed, "", words=word)
    await report(shop, placed, "", words="c")
    with pytest.raises(QuantityOutOfRange) as refused:
        await report(shop, placed, "", words="d")
    assert (refused.value.quantity, refused.value.maximum) == (4, 3)
    assert len(await told(shop, placed)) == 4


# --- not theirs --------------------------------------------------------------------------------


async def test_a_parcel_belongs_to_its_merchant_environment_and_channel(engine: Engine, shop: Shop) -> None:
    """Anybody else finds no order, and nothing changes."""
    placed = await place(shop)
    other = await open_shop(engine)
    order_id = placed.view.order.order_id
    for owner, channel in (
        (other.owner, "test"),
        ({**shop.owner, "environment": "sandbox"}, "test"),
        (shop.owner, "another"),
    ):
        with pytest.raises(NotFound):
            await engine.submit(RecordShipment(**owner, channel=channel, order_id=order_id, receipt="JX1"))
    assert await shop.events(placed) == ["order.placed", "shipment.planned"]


async def test_an_order_without_a_parcel_has_nothing_to_say_about(shop: Shop) -> None:
    """NothingToShip, and no trace."""
    placed = await shop.place("free", status="confirmed")
    with pytest.raises(NothingToShip):
        await report(shop, placed, "delivered")
    assert await shop.events(placed) == ["order.placed"]


async def test_held_money_is_not_moved_by_a_parcel(shop: Shop) -> None:
    """A held order is finished by the record of what was done."""
    placed = await shop.place("hold", parcel=PARCEL)
    with pytest.raises(StateConflict):
        await report(shop, placed, "delivered")
    assert (await shop.wallet()).debits_pending == 5_000_00
    await sound(shop)


def test_every_verb_of_the_table_is_taken_by_somebody() -> None:
    """Reports and the moves of an order lead along every row of the table, and to no state that it lacks."""
    assert SHIPMENT.states >= REPORTABLE
    by_report = {verb for _, verb, target in SHIPMENT.moves if target in REPORTABLE}
    assert SHIPMENT.verbs == by_report | {"cancel", "revive"}
    pairs = [(source, target) for source, _, target in SHIPMENT.moves]
    assert len(pairs) == len(set(pairs))
    assert SHIPMENT.verb("planned", "booked") == "book"
    assert SHIPMENT.verb("delivered", "planned") is None
