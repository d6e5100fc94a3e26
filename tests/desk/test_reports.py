"""Reports at the desk: exact figures by everything they can be asked by, of this shop and environment alone."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from sold_kit import NOON, at, shop_of

from desk_kit import OPERATOR, VIEWER, do, open_desk, seen, written
from engine_kit import Shop
from gerai.app import App
from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.acting import Actor
from gerai.engine.check import check
from gerai.engine.desk.acts.rebuild_reports import Rebuild
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import DeskCaller, look, views
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.settle_cash import SettleCash
from gerai.engine.reports.roll_up import roll_up
from gerai.engine.shipping.record import RecordShipment

MAY_NOTHING = DeskCaller(Actor("key", "1", "k"), frozenset({"orders:read"}))


def short(rows: list[Any]) -> list[tuple[Any, ...]]:
    """What, door, orders, paid, sales, refunds, fees of each row."""
    return [(r.what, r.door, r.orders, r.paid, r.sales_sen, r.refunds_sen, r.fees_sen) for r in rows]


async def test_sales_by_everything(sold: tuple[Within, Shop]) -> None:
    """Each way to ask gives exact figures; a refund stands on the day of its order; newest and most first."""
    within, shop = sold

    async def by(name: str, **more: Any) -> list[Any]:
        return await seen(within, "reports.sales", by=name, range="7d", **more)

    assert short(await by("day")) == [
        ("2026-04-15", "", 2, 1, 100_000_00, 0, 0),
        ("2026-04-14", "", 2, 2, 200_000_00, 40_000_00, 1_000_00),
    ]
    assert short(await by("hour")) == [
        ("2026-04-15 12:00", "", 2, 1, 100_000_00, 0, 0),
        ("2026-04-14 12:00", "", 2, 2, 200_000_00, 40_000_00, 1_000_00),
    ]
    assert short(await by("door")) == [
        ("cekceir", "cekceir", 1, 1, 50_000_00, 0, 0),
        ("scalev", "scalev", 3, 2, 250_000_00, 40_000_00, 1_000_00),
    ]
    assert short(await by("method")) == [
        ("", "", 1, 0, 0, 0, 0),
        ("manual", "", 1, 1, 100_000_00, 0, 0),
        ("va", "", 1, 1, 150_000_00, 40_000_00, 1_000_00),
        ("wallet", "", 1, 1, 50_000_00, 0, 0),
    ]
    assert short(await by("day_door"))[1:] == [
        ("2026-04-14", "scalev", 1, 1, 150_000_00, 40_000_00, 1_000_00),
        ("2026-04-14", "cekceir", 1, 1, 50_000_00, 0, 0),
    ]
    assert [(r.what, r.quantity, r.sales_sen, r.orders) for r in await by("item")] == [
        ("E-book", 3, 150_000_00, None), ("Kaos Polos - M", 2, 150_000_00, None),
    ]  # fmt: skip
    assert [(r.what, r.quantity) for r in await by("item", door="cekceir")] == [("E-book", 1)]
    assert short(await by("member")) == [("Ani", "cekceir", 1, 1, 50_000_00, 0, None)]
    [today] = await seen(within, "reports.sales", range="today")
    assert (today.what, today.paid_bp, today.average_sen) == ("2026-04-15", 5000, 100_000_00)
    assert await check(within.engine, shop.merchant_id) == []


async def test_every_row_names_the_orders_behind_it(sold: tuple[Within, Shop]) -> None:
    """What a row says of its orders is what `orders.list` shows when it is asked as the row says."""
    within, _ = sold
    for by in ("day", "hour", "door", "day_door", "hour_door", "member"):
        for row in await seen(within, "reports.sales", by=by, range="7d"):
            view = views()["orders.list"]
            wanted = read_texts(view.filter, dict(parse_qsl(row.behind)), rupiah=False)
            rows = (await look(view, within, wanted, VIEWER)).rows
            assert len(rows) == row.orders, (by, row.behind)


async def test_a_summary_beside_the_time_before(sold: tuple[Within, Shop]) -> None:
    """Today at noon is compared with yesterday until the same hour; what is later yesterday does not count."""
    within, shop = sold
    await at(shop, NOON - timedelta(days=1) + timedelta(hours=6))
    await shop.pay(await shop.place("invoice", 900_000_00))
    await at(shop, NOON + timedelta(minutes=59))
    await roll_up(within.engine)
    [row] = await seen(within, "reports.summary", range="today")
    assert (row.since, row.until, row.complete) == ("2026-04-15", "2026-04-15", True)
    assert (row.orders, row.orders_before, row.orders_change_bp) == (2, 2, 0)
    assert (row.sales_sen, row.sales_before_sen, row.sales_change_bp) == (100_000_00, 200_000_00, -5000)
    assert (row.average_sen, row.average_before_sen, row.average_change_bp) == (100_000_00, 100_000_00, 0)
    assert (row.paid, row.paid_bp, row.paid_before_bp, row.cancelled, row.failed) == (1, 5000, 10_000, 1, 0)
    assert (row.refunds_sen, row.refunds_before_sen, row.fees_sen, row.fees_before_sen) == (0, 40_000_00, 0, 1_000_00)
    [week] = await seen(within, "reports.summary", range="7d")
    assert (week.sales_sen, week.sales_change_bp, week.refunds_sen) == (1_200_000_00, None, 40_000_00)
    [one_door] = await seen(within, "reports.summary", range="7d", door="cekceir")
    assert (one_door.orders, one_door.sales_sen) == (1, 50_000_00)


async def test_times_are_means_of_what_has_them(sold: tuple[Within, Shop]) -> None:
    """Paid after ten minutes, and at once: five on the mean; the wallet's order was paid by no invoice."""
    within, _ = sold
    rows = {row.door: row for row in await seen(within, "reports.times", range="7d")}
    assert (rows["scalev"].paid, rows["scalev"].to_pay_s, rows["scalev"].to_fulfil_s) == (2, 300, None)
    assert (rows["cekceir"].paid, rows["cekceir"].to_pay_s) == (0, None)


async def test_cash_on_delivery_is_no_slow_payer(app: App) -> None:
    """What a courier pays two weeks after the parcel left is not timed as paying; the parcel left a day after its
    order, not before its money."""
    within = await open_desk(app.house, "sandbox")
    shop = await shop_of(within)
    await at(shop, NOON)
    parcel = Parcel("jne", "REG", "lincah", 77, 250, 0)
    placed = await shop.place("invoice", 100_000_00, channel="scalev", status="confirmed", parcel=parcel)
    left = NOON + timedelta(days=1)
    await at(shop, left)
    await shop.do(RecordShipment, placed, channel="scalev", words="handed_over", status="handed_over", at=left)
    await at(shop, NOON + timedelta(days=15))
    order_ids = (placed.view.order.order_id,)
    await shop.engine.submit(SettleCash(**shop.owner, order_ids=order_ids, amount_sen=100_000_00, reference="PAY1"))
    await roll_up(app.engine)
    [row] = await seen(within, "reports.times", range="30d")
    assert (row.paid, row.to_pay_s, row.fulfilled, row.to_fulfil_s) == (0, None, 1, 86_400)


async def test_pages_lose_no_row(sold: tuple[Within, Shop]) -> None:
    """One row at a time, by each way to ask: every row once, in order."""
    within, _ = sold
    view = views()["reports.sales"]
    for by in ("day", "hour", "door", "method", "item", "member", "day_door"):
        whole, found, after = await seen(within, "reports.sales", by=by, range="7d"), list[Any](), ""
        while True:
            page = await look(view, within, view.filter(by=by, range="7d", limit=1, after=after), VIEWER)
            found += page.rows
            if not (after := page.next):
                break
        assert found == whole, by
    with pytest.raises(InputInvalid):
        await seen(within, "reports.sales", after="none")
    with pytest.raises(InputInvalid):
        await seen(within, "reports.sales", by="item", after="WyJhIiwiYiJd")


@pytest.mark.parametrize(
    "asked",
    [
        {"since": date(2026, 4, 2), "until": date(2026, 4, 1)},
        {"since": date(2020, 1, 1)},
        {"since": date(2026, 1, 1), "by": "hour"},
        {"since": date(1, 1, 1)},
        {"until": date(9999, 12, 31)},
    ],
)
async def test_dates_that_do_not_fit_are_refused(sold: tuple[Within, Shop], asked: dict[str, Any]) -> None:
    """An end before the beginning, too many days, days of no shop."""
    within, _ = sold
    with pytest.raises(InputInvalid):
        await seen(within, "reports.sales", **asked)


@pytest.mark.parametrize(
    ("by", "place"),
    [
        ("member", [2**63, 1]), ("member", [1, -(2**64)]), ("item", [2**63, "a", 1, "a", 1]),
        ("item", ["a", 1, "b", 1, 2**63]), ("item", ["a", 2**63, "b", 1, 1]), ("item", ["a\0", 1, "b", 1, 1]),
        ("item", ["a", 1, "b\0", 1, 1]), ("day", ["2026-04-15\0", ""]),
    ],
)  # fmt: skip
async def test_what_no_page_ended_with_is_refused(sold: tuple[Within, Shop], by: str, place: list[Any]) -> None:
    """Numbers and texts that no column holds are refused by name; they are no failure of ours."""
    within, _ = sold
    after = base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")
    with pytest.raises(InputInvalid) as refused:
        await seen(within, "reports.sales", by=by, range="7d", after=after)
    assert refused.value.fields == {"after": ["is not the end of a page"]}


@pytest.mark.parametrize("month", ["0000-01", "0001-01", "1999-12", "2026-13", "2200-02", "9999-12"])
async def test_there_is_no_statement_of_such_a_month(sold: tuple[Within, Shop], month: str) -> None:
    """Months of no calendar, and of no shop; the first and the last of those that there are are empty."""
    within, _ = sold
    with pytest.raises(InputInvalid) as refused:
        await seen(within, "reports.statement", month=month)
    assert refused.value.fields == {"month": ["there is no such month"]}
    for there in ("2000-01", "2200-01"):
        assert {row.debits_sen for row in await seen(within, "reports.statement", month=there)} == {0}


async def test_nobody_elses_figures(app: App, sold: tuple[Within, Shop]) -> None:
    """Another shop and the other environment see none of it; who lacks the permission, nothing."""
    within, _ = sold
    empty = [await open_desk(app.house, "sandbox"), Within(within.house, within.merchant_id, "production")]
    await roll_up(within.engine)
    for elsewhere in empty:
        for by in ("day", "item", "member"):
            assert await seen(elsewhere, "reports.sales", by=by, range="90d") == []
        [row] = await seen(elsewhere, "reports.summary", range="90d")
        assert (row.orders, row.sales_sen, row.complete) == (0, 0, True)
        assert {one.balance_sen for one in await seen(elsewhere, "books.list")} == {0}
        assert {(one.count, one.amount_sen) for one in await seen(elsewhere, "reports.liabilities")} == {(0, 0)}
    names = [name for name in views() if name.startswith(("reports.", "books."))]
    assert len(names) == 7
    for name in names:
        with pytest.raises(PermissionMissing):
            await seen(within, name, MAY_NOTHING)


async def test_a_rebuild_is_an_act(sold: tuple[Within, Shop]) -> None:
    """An owner has all counted anew, once under its key and written down; until a worker has, the summary says that it
    is not complete and shows what was counted. An operator may not."""
    within, _ = sold
    with pytest.raises(PermissionMissing):
        await do(within, "reports.rebuild", Rebuild(), OPERATOR)
    for replayed in (False, True):
        assert (await do(within, "reports.rebuild", Rebuild(), key="k")).replayed is replayed
    assert [entry.entry.act for entry in await written(within)] == ["reports.rebuild"]
    [row] = await seen(within, "reports.summary", range="7d")
    assert (row.complete, row.counting, row.orders) == (False, None, 4)
    await roll_up(within.engine)
    [row] = await seen(within, "reports.summary", range="7d")
    assert (row.complete, row.counting, row.orders) == (True, None, 4)
