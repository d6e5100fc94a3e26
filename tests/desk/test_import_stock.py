"""Counts of stock in a file: many at once, with a reason, never fewer than open orders were promised."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from files_kit import brought, csv_of, faults, figures, table_of, taken
from goods_kit import key_of, new_product, new_store, new_warehouse, order_for, stock_of

from desk_kit import do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts
from gerai.store import audit


async def counted_goods(within: Within, count: int) -> list[int]:
    """So many counted variants, ``S1`` and so on, of digital goods: they need no parcel."""
    await new_store(within)
    made = [
        await new_product(within, name=f"Barang {n}", sku=f"S{n}", counted=True, item_type="digital")
        for n in range(1, count + 1)
    ]
    return [one.variant_id for one in made]


async def test_counts_are_brought_in_and_stay(within: Within) -> None:
    """What was counted is there, also where nothing of it was before; the file of the list changes nothing; the audit
    has each count with what was there before, and the reason."""
    warehouse = await new_warehouse(within)
    first, second = await counted_goods(within, 2)
    rows = [{"sku": "S1", "on_hand": 40}, {"sku": "s2", "on_hand": 7, "warehouse_id": str(warehouse)}]
    report = await brought(within, "stock", csv_of(*rows), reason="opname")
    assert figures(report) == (0, 2, 0, 0, True)
    assert (await stock_of(within, first), await stock_of(within, second)) == ([(40, 0, 40)], [(7, 0, 7)])
    entries = [entry for _, entry in await written(within) if entry.act == "stock.import"]
    assert {(e.target, str(e.facts.get("on_hand")), e.reason) for e in entries[1:]} == {
        (str(first), "[0, 40]", "opname"), (str(second), "[0, 7]", "opname"),
    }  # fmt: skip
    again = await brought(within, "stock", await taken(within, "stock.list", "xlsx"), reason="opname")
    assert figures(again) == (0, 0, 2, 0, True)


async def test_without_a_reason_nothing_is_counted(within: Within) -> None:
    """A count takes a reason; a trial takes none."""
    await new_warehouse(within)
    [first] = await counted_goods(within, 1)
    with pytest.raises(InputInvalid, match="reason"):
        await brought(within, "stock", csv_of({"sku": "S1", "on_hand": 4}))
    assert figures(await brought(within, "stock", csv_of({"sku": "S1", "on_hand": 4}), dry_run=True))[1] == 1
    assert await stock_of(within, first) == [(0, 0, 0)]


async def test_what_orders_were_promised_stays(client: httpx.AsyncClient, within: Within) -> None:
    """Fewer than open orders were promised is a fault of its row; nothing else is counted then, and with ``per_row``
    all but that."""
    await new_warehouse(within)
    store = await new_store(within)
    made = [
        await new_product(within, name=f"B{n}", sku=f"S{n}", counted=True, item_type="digital", stores=(store,))
        for n in (1, 2)
    ]
    await brought(within, "stock", csv_of({"sku": "S1", "on_hand": 5}, {"sku": "S2", "on_hand": 5}), reason="opname")
    ask = await key_of(within, client)
    await ask("POST", "/v3/orders", order_for(within, store, made[0], 3))
    rows = csv_of({"sku": "S2", "on_hand": 9}, {"sku": "S1", "on_hand": 2})
    report = await brought(within, "stock", rows, reason="opname")
    assert (report.applied, faults(report)) == (False, [(3, "on_hand")])
    assert await stock_of(within, made[1].variant_id) == [(5, 0, 5)]
    assert figures(await brought(within, "stock", rows, reason="opname", per_row=True)) == (0, 1, 0, 1, True)
    assert await stock_of(within, made[0].variant_id) == [(5, 3, 2)]
    assert await stock_of(within, made[1].variant_id) == [(9, 0, 9)]


async def test_orders_and_counts_at_once_never_oversell(client: httpx.AsyncClient, within: Within) -> None:
    """While orders reserve, files count the same goods: whoever is refused is refused, and what is there is what was
    counted last, with what orders hold of it."""
    await new_warehouse(within)
    store = await new_store(within)
    made = await new_product(within, name="B", sku="S1", counted=True, item_type="digital", stores=(store,))
    await brought(within, "stock", csv_of({"sku": "S1", "on_hand": 10}), reason="opname")
    ask = await key_of(within, client)
    orders = [ask("POST", "/v3/orders", order_for(within, store, made, 1)) for _ in range(6)]
    counts: list[Any] = [
        brought(within, "stock", csv_of({"sku": "S1", "on_hand": 20 + n}), reason="x") for n in range(4)
    ]
    results = await asyncio.gather(*orders, *counts)
    assert [one.applied for one in results[6:]] == [True] * 4
    [(on_hand, reserved, available)] = await stock_of(within, made.variant_id)
    assert (reserved, available) == (6, on_hand - 6)
    assert on_hand in range(20, 24)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"sku": "X", "on_hand": "1"}, "sku"), ({"sku": "", "on_hand": "1"}, "sku"),
        ({"sku": "S1", "on_hand": "1", "warehouse_id": "7"}, "warehouse_id"),
        ({"sku": "S1", "on_hand": "-1"}, "on_hand"),
        ({"sku": "S1", "on_hand": ""}, "on_hand"), ({"sku": "S1", "on_hand": "1,5"}, "on_hand"),
        ({"sku": "TAK", "on_hand": "1"}, "sku"),
    ],
)  # fmt: skip
async def test_a_row_that_does_not_fit_is_named(within: Within, row: dict[str, Any], column: str) -> None:
    """No such SKU or warehouse, no count, one that is not counted; and a place that stands twice."""
    await new_warehouse(within)
    [first] = await counted_goods(within, 1)
    await new_product(within, name="Tak dihitung", sku="TAK", counted=False)
    report = await brought(within, "stock", csv_of(row), reason="opname")
    assert (report.applied, faults(report)) == (False, [(2, column)])
    twice = await brought(within, "stock", csv_of(*[{"sku": "S1", "on_hand": 1}] * 2), reason="opname")
    assert (twice.applied, faults(twice)) == (False, [(3, "sku")])
    assert await stock_of(within, first) == [(0, 0, 0)]


async def test_each_environment_is_counted_by_itself(within: Within) -> None:
    """A file brought into the sandbox counts nothing in production, and none into another shop."""
    await new_warehouse(within)
    [first] = await counted_goods(within, 1)
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    await brought(sandbox, "stock", csv_of({"sku": "S1", "on_hand": 3}), reason="opname")
    assert (await stock_of(sandbox, first), await stock_of(within, first)) == ([(3, 0, 3)], [(0, 0, 0)])
    other = await open_desk(within.house)
    report = await brought(other, "stock", csv_of({"variant_id": str(first), "on_hand": 9}), reason="opname")
    assert (report.applied, faults(report)) == (False, [(2, "sku")])
    assert [row.on_hand for row in await seen(sandbox, "stock.list")] == [3]


async def test_what_is_not_sent_stays_in_one_place(within: Within) -> None:
    """A file does not put digital goods into a second warehouse, also where the first is one that it names itself."""
    one, two = await new_warehouse(within), await new_warehouse(within)
    [first] = await counted_goods(within, 1)
    places = [{"sku": "S1", "on_hand": n, "warehouse_id": str(place)} for n, place in ((5, one), (7, two))]
    report = await brought(within, "stock", csv_of(*places), reason="opname", per_row=True)
    assert (figures(report), faults(report)) == ((0, 1, 0, 1, True), [(3, "warehouse_id")])
    assert await stock_of(within, first) == [(5, 0, 5)]


async def test_a_file_does_not_undo_a_sale(client: httpx.AsyncClient, within: Within) -> None:
    """The file of the list says how each place looked: a count of what was sold since is a fault of its row, also where
    it is sold while the file is brought in; what is there as the row says stays, and nothing else is undone."""
    await new_warehouse(within)
    store = await new_store(within)
    made = await new_product(within, name="Kaos", sku="K1", counted=True, item_type="digital", stores=(store,))
    await brought(within, "stock", csv_of({"sku": "K1", "on_hand": 10}), reason="opname")
    exported = await taken(within, "stock.list")
    assert figures(await brought(within, "stock", exported, reason="opname")) == (0, 0, 1, 0, True)
    await (await key_of(within, client))("POST", "/v3/orders", order_for(within, store, made, 4))
    [row] = await seen(within, "orders.list")
    await do(within, "orders.confirm", acts()["orders.confirm"].input(id=row.id))
    await do(within, "orders.complete", acts()["orders.complete"].input(id=row.id, unpaid=True))
    for dry_run in (True, False):
        report = await brought(within, "stock", exported, reason="opname", dry_run=dry_run)
        assert (report.applied, faults(report)) == (False, [(2, "on_hand")])
        assert report.faults[0].text == "somebody changed it since the file was taken: 6 are there now"
    assert await stock_of(within, made.variant_id) == [(6, 0, 6)]
    assert await check(within.house.engine, within.merchant_id) == []


@pytest.mark.parametrize("times", [1, 9])
async def test_counts_are_noted_before_rows_are_locked(
    within: Within, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """While the audit of a file is written somebody counts the same goods, which waits for nothing; the audit has what
    was there last, once, however often that happens, and a row with what was seen is a fault then."""
    warehouse = await new_warehouse(within)
    first, second = await counted_goods(within, 2)
    await brought(within, "stock", csv_of({"sku": "S1", "on_hand": 1}, {"sku": "S2", "on_hand": 1}), reason="x")
    [old] = [row for row in table_of(await taken(within, "stock.list")) if row["sku"] == "S2"]
    real, done = audit.write_all, list[int]()

    async def sold_meanwhile(connection: Any, entries: Any) -> None:
        if len(done) < times and len(done) < 2:
            done.append(10 + len(done))
            async with within.house.engine.connection() as other:
                await other.execute(
                    "UPDATE stock SET on_hand = %s WHERE merchant_id = %s", (done[-1], within.merchant_id)
                )
        await real(connection, entries)

    monkeypatch.setattr(audit, "write_all", sold_meanwhile)
    rows = csv_of({"sku": "S1", "on_hand": 7, "seen": ""}, {"sku": "S2", "on_hand": 8, "seen": old["seen"]})
    report = await brought(within, "stock", rows, reason="opname", per_row=True)
    assert (figures(report), faults(report)) == ((0, 1, 0, 1, True), [(3, "on_hand")])
    assert (await stock_of(within, first), await stock_of(within, second)) == ([(7, 0, 7)], [(done[-1], 0, done[-1])])
    entries = [entry for _, entry in await written(within) if entry.reason == "opname" and entry.target.isdigit()]
    assert [(e.target, e.facts) for e in entries] == [
        (str(first), {"warehouse_id": warehouse, "on_hand": [done[-1], 7]})
    ]
