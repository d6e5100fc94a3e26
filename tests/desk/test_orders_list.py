"""Orders of all doors at the desk: found by state, door, text, member and day, page by page, and counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from orders_kit import BUDI, PARCEL, listed, moved, pages, placed, shop_of, shown

from desk_kit import OWNER, open_desk, seen
from gerai.domain.records import Order
from gerai.domain.refusals import PermissionMissing
from gerai.domain.states import ORDER
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import ORDER_STATES
from gerai.engine.desk.registry import DeskCaller, look, views
from gerai.engine.desk.views import order_counts
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.find import OrderReads
from gerai.engine.shipping.record import RecordShipment


def ids(*orders: Order) -> list[int]:
    return [order.order_id for order in orders]


async def at(within: Within, order: Order, moment: datetime) -> None:
    """The order was placed then."""
    async with within.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET created_at = %s WHERE merchant_id = %s AND order_id = %s",
            (moment, within.merchant_id, order.order_id),
        )


def test_the_states_are_those_of_the_table() -> None:
    """Each once: a state that the table gets is one that can be asked for."""
    assert sorted(ORDER_STATES) == sorted(ORDER.states)


async def test_a_row_says_what_an_order_is(within: Within) -> None:
    """Whom it is for, what is in it, how its money stands: exact, for each way to pay."""
    shop = await shop_of(within)
    lines = (*(shop.line(20_000_00, 2),), shop.line(30_000_00))
    invoice = await placed(shop, lines=lines, contact=BUDI, labels={"method": "qris"})
    held = await placed(shop, "hold", 60_000_00)
    bought = await placed(shop, "wallet", 40_000_00)
    cash = await placed(shop, "free", channel="scalev", labels={"method": "cod"})
    rows = {row.id: row for row in await seen(within, "orders.list")}
    assert [*rows] == ids(cash, bought, held, invoice)
    row = rows[invoice.order_id]
    assert (row.number, row.door, row.public_id) == (invoice.number, "test", invoice.public_id)
    assert (row.status, row.payment_status, row.customer) == ("pending", "unpaid", "Budi Santoso")
    assert (row.items, row.method) == ("2 × A thing, +1", "qris")
    assert (row.total_sen, row.kept_sen, row.refunded_sen) == (50_000_00, 0, 0)
    assert row.created_at == invoice.created_at
    short = {i: (r.payment_status, r.method, r.customer, r.kept_sen, r.items) for i, r in rows.items()}
    assert short[held.order_id] == ("held", "wallet", "Ani", 0, "1 × A thing")
    assert short[bought.order_id] == ("paid", "wallet", "Ani", 40_000_00, "1 × A thing")
    assert short[cash.order_id] == ("unpaid", "cod", "", 0, "1 × A thing")

    view = await shop.start_payment((await within.engine.orders.by_ids(within.merchant_id, ids(invoice)))[0])
    assert [row.method for row in await seen(within, "orders.list", text=invoice.number)] == ["va:BCA"]
    await shop.pay(view, payment_id=view.payments[0].payment_id)
    [row] = await seen(within, "orders.list", text=invoice.number)
    assert (row.status, row.payment_status, row.kept_sen) == ("processing", "paid", 50_000_00)
    await shop.engine.submit(CancelOrder(**shop.owner, order_id=held.order_id))
    [row] = await seen(within, "orders.list", status=("cancelled",))
    assert (row.id, row.payment_status, row.refunded_sen) == (held.order_id, "returned", 60_000_00)


async def test_states_doors_and_members(within: Within) -> None:
    """One state, several, all of them; one door; one member's, at their door alone."""
    shop = await shop_of(within)
    pending = await placed(shop)
    confirmed = await placed(shop, "free", channel="scalev", status="confirmed")
    processing = await placed(shop, "hold", channel="cekceir")
    ended = await placed(shop, "free", channel="scalev", status="confirmed")
    await moved(shop, ended, "cancelled")
    assert await listed(within) == ids(ended, processing, confirmed, pending)
    assert await listed(within, status=("confirmed",)) == ids(confirmed)
    assert await listed(within, status=("confirmed", "processing", "pending")) == ids(processing, confirmed, pending)
    assert await listed(within, status=("closed",)) == []
    assert await listed(within, door="scalev") == ids(ended, confirmed)
    assert await listed(within, door="scalev", status=("confirmed", "processing")) == ids(confirmed)
    assert await listed(within, door="nowhere") == []
    assert await listed(within, member=shop.member_id) == ids(processing)
    assert await listed(within, member=shop.member_id, door="cekceir", status=("processing",)) == ids(processing)
    assert await listed(within, member=shop.member_id, status=("pending",)) == []
    assert await listed(within, member=shop.member_id, door="scalev") == []
    assert await listed(within, member=7) == []


async def test_what_a_buyer_knows(within: Within) -> None:
    """A number or its beginning, the door's identifier, a reference, an e-mail, words of a name, a telephone, a
    courier's receipt, a VA number, a payment; together with the other filters."""
    shop = await shop_of(within)
    first = await placed(shop, contact=BUDI, reference="PO-77", number="INV-1", public_id="01-uuid")
    second = await placed(
        shop, "free", channel="scalev", status="confirmed", parcel=PARCEL, number="INV-2", public_id="02-uuid"
    )
    names: dict[str, Any] = {**shop.owner, "order_id": second.order_id}
    await shop.engine.submit(RecordShipment(**names, channel="scalev", receipt="JX1234567890"))
    [view] = await within.engine.orders.by_ids(within.merchant_id, ids(first))
    va = "8808123412341234"
    view = await shop.start_payment(view, instructions={"code": va})
    for text, found in (
        ("INV-", [second, first]), ("inv-1", [first]), ("01-uuid", [first]), ("01-uu", []), ("po-77", [first]),
        ("BUDI@example", [first]), ("santoso bud", [first]), ("0812-3456-7890", [first]), ("567890", [first]),
        ("jx1234567890", [second]), ("8808 1234 1234 1234", [first]), (view.payments[0].public_id, [first]),
        ("nobody", []), ("  INV-1  ", [first]),
    ):  # fmt: skip
        assert await listed(within, text=text) == ids(*found), text
    assert await listed(within, text="INV-", status=("confirmed",)) == ids(second)
    assert await listed(within, text="02-uuid", status=("confirmed", "ready")) == ids(second)
    assert await listed(within, text="02-uuid", status=("pending",)) == []
    assert await listed(within, text="INV-", door="test") == ids(first)
    assert await listed(within, text="02-uuid", door="test") == []
    assert await listed(within, text="02-uuid", until=date(2020, 1, 1)) == []
    assert await pages(within, 1, text="INV-") == [ids(second), ids(first)]
    assert await pages(within, 1, text="uuid") == [[]]
    assert await listed(within, text=" ") == ids(second, first)


async def test_days_are_jakartas(within: Within) -> None:
    """Both days are included, from midnight to midnight in Jakarta; days beyond all orders are no fault."""
    shop = await shop_of(within)
    before, begin, end, after = [await placed(shop) for _ in range(4)]
    midnight = datetime(2026, 11, 9, 17, tzinfo=UTC)
    day, instant = timedelta(days=1), timedelta(microseconds=1)
    for order, moment in (
        (before, midnight - instant), (begin, midnight), (end, midnight + day - instant), (after, midnight + day),
    ):  # fmt: skip
        await at(within, order, moment)
    tenth = date(2026, 11, 10)
    assert await listed(within, since=tenth, until=tenth) == ids(end, begin)
    assert await listed(within, since=tenth) == ids(after, end, begin)
    assert await listed(within, until=tenth) == ids(end, begin, before)
    assert await listed(within, since=tenth, until=date(2026, 11, 9)) == []
    every = ids(after, end, begin, before)
    assert await listed(within, since=date.min, until=date.max) == every
    assert await listed(within, since=date.max) == await listed(within, until=date.min) == []


async def test_pages_of_one_moment(within: Within) -> None:
    """Of orders of several doors that were placed at the same moment each is on one page, in one order, however many
    a page has; what is placed meanwhile moves none."""
    shop = await shop_of(within)
    orders = [await placed(shop, "free", channel=("scalev", "test", "durianpay")[n % 3]) for n in range(7)]
    moment = datetime(2026, 11, 9, 17, tzinfo=UTC)
    for order in orders[:5]:
        await at(within, order, moment)
    for order in orders[5:]:
        await at(within, order, moment - timedelta(days=30))
    every = sorted(ids(*orders[:5]), reverse=True) + sorted(ids(*orders[5:]), reverse=True)
    for limit in (1, 2, 3, 7, 8):
        found = await pages(within, limit)
        assert [one for page in found for one in page] == every
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert await pages(within, limit, status=("pending", "closed")) == found
    view = views()["orders.list"]
    first = await look(view, within, view.filter(limit=3), OWNER)
    await placed(shop)
    following = await look(view, within, view.filter(limit=10, after=first.next), OWNER)
    assert [row.id for row in following.rows] == every[3:]  # type: ignore[attr-defined]
    # What is no order of this shop has no place in its list.
    assert await look(view, within, view.filter(after="7"), OWNER) == await look(
        view, within, view.filter(status=("closed",)), OWNER
    )


async def test_of_another_shop_or_environment_nothing_is_seen(within: Within) -> None:
    """Neither listed nor found, counted or shown."""
    shop, other = await shop_of(within), await open_desk(within.house)
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    order = await placed(shop, number="INV-77")
    for elsewhere in (other, sandbox):
        assert await listed(elsewhere) == []
        assert await listed(elsewhere, text="INV-77") == []
        assert await listed(elsewhere, text=order.public_id) == []
        assert await listed(elsewhere, member=shop.member_id) == []
        assert await seen(elsewhere, "orders.show", id=order.order_id) == []
        assert {row.count for row in await seen(elsewhere, "orders.counts")} == {0}
    assert (await shown(within, order.order_id)).number == "INV-77"


async def test_states_are_counted_to_a_bound(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every state has a row, of all doors or of one; more than the bound are that many, or more."""
    shop = await shop_of(within)
    for channel in ("scalev", "scalev", "test"):
        await placed(shop, "free", channel=channel, status="confirmed")
    await placed(shop)
    every = {row.status: (row.count, row.capped) for row in await seen(within, "orders.counts")}
    assert [*every] == [*ORDER_STATES]
    assert {status: found for status, found in every.items() if found != (0, False)} == {
        "pending": (1, False), "confirmed": (3, False),
    }  # fmt: skip
    of_one = {row.status: row.count for row in await seen(within, "orders.counts", door="scalev") if row.count}
    assert of_one == {"confirmed": 2}
    for most, found in ((2, (2, True)), (3, (3, False))):
        monkeypatch.setattr(order_counts, "_MOST", most)
        counted = {row.status: (row.count, row.capped) for row in await seen(within, "orders.counts")}
        assert counted["confirmed"] == found


@pytest.mark.parametrize("name", ["orders.list", "orders.counts"])
async def test_who_may_not_see_orders(within: Within, name: str) -> None:
    """Without the permission nothing is looked for."""
    view = views()[name]
    with pytest.raises(PermissionMissing):
        await look(view, within, view.filter(), DeskCaller(OWNER.actor, {"orders:act"}))


async def test_find_at_the_terminal_finds_no_less(within: Within) -> None:
    """What the engine's own search finds, the list finds."""
    shop = await shop_of(within)
    order = await placed(shop, contact=BUDI, reference="PO-77")
    reads: OrderReads = within.engine.orders
    for text in (order.number, "po-77", "budi", "081234567890"):
        found = await reads.search(within.merchant_id, ["production"], text, 20)
        assert await listed(within, text=text) == [view.order.order_id for view in found]
