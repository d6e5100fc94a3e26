"""Stock at the desk: counted, moved and marked beside orders that reserve, and never wrong by two at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx
import pytest
from goods_kit import Ask, Made, count, fresh_key, key_of, new_product, new_store, new_warehouse, order_for, stock_of

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, PermissionMissing
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.check import check
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.edit_variant import VariantEdit
from gerai.engine.desk.acts.mark_stock import StockMark
from gerai.engine.desk.acts.move_stock import StockMove
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, look, views
from gerai.engine.desk.views.stock import StockRow


async def counted(within: Within, **facts: Any) -> Made:
    """A thing whose stock is counted."""
    return await new_product(within, counted=True, **facts)


async def rows_of(within: Within, variant_id: int) -> int:
    """How many rows a variant has, in both environments."""
    async with within.engine.connection() as connection:
        found = await connection.execute(
            "SELECT count(*) FROM stock WHERE merchant_id = %s AND item_id = %s", (within.merchant_id, variant_id)
        )
        [(number,)] = await found.fetchall()
    return number


async def at_once(*each: Awaitable[Any]) -> tuple[int, list[Exception]]:
    """How many of them were done, and what the others were refused with."""
    results = await asyncio.gather(*each, return_exceptions=True)
    refused = [result for result in results if isinstance(result, Exception)]
    return len(results) - len(refused), refused


class Sells:
    """A store with something that is not sent, of which so many are in a warehouse."""

    within: Within
    made: Made
    warehouse_id: int
    store_id: int
    ask: Ask

    @classmethod
    async def many(cls, within: Within, client: httpx.AsyncClient, on_hand: int) -> Sells:
        self = cls()
        self.within, self.store_id = within, await new_store(within)
        self.made = await counted(within, item_type="digital", price_sen=10_000_00)
        self.warehouse_id = await new_warehouse(within)
        self.ask = await key_of(within, client)
        await count(within, self.made.variant_id, self.warehouse_id, on_hand)
        return self

    async def order(self, quantity: int, status: int = 200) -> Any:
        return await self.ask("POST", "/v3/orders", order_for(self.within, self.store_id, self.made, quantity), status)

    async def count(self, on_hand: int, **more: Any) -> Done:
        return await count(self.within, self.made.variant_id, self.warehouse_id, on_hand, **more)

    async def stands(self) -> tuple[int, int, int]:
        [row] = await stock_of(self.within, self.made.variant_id)
        return row


async def test_a_first_count_fills_a_shelf(within: Within) -> None:
    """What was never in a warehouse is there once it is counted, in this environment alone; the entry names the reason
    and both figures."""
    made, house = await counted(within, sku="KP-M"), await new_warehouse(within)
    assert await stock_of(within, made.variant_id) == [(0, 0, 0)]
    assert await rows_of(within, made.variant_id) == 0
    done = await count(within, made.variant_id, house, 40)
    assert (done.id, done.details) == (str(made.variant_id), {"was": 0, "on_hand": 40, "reserved": 0})
    [row] = await seen(within, "stock.list")
    assert (row.variant_id, row.sku, row.warehouse_id) == (made.variant_id, "KP-M", house)
    assert (row.on_hand, row.reserved, row.available, row.low_at, row.low) == (40, 0, 40, None, False)
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    assert await stock_of(sandbox, made.variant_id) == [(0, 0, 0)]
    assert await rows_of(within, made.variant_id) == 1
    entry = (await written(within))[0].entry
    assert (entry.act, entry.target, entry.reason) == ("stock.count", str(made.variant_id), "dihitung")
    assert entry.facts == {"name": row.name, "warehouse_id": house, "on_hand": [0, 40]}


async def test_a_first_count_is_known_in_every_process(within: Within, dsn: str) -> None:
    """Another engine on the same database finds the shelf within a second, so its orders reserve from it."""
    made, house = await counted(within), await new_warehouse(within)
    other = type(within.engine)(dsn, parts=(STOREFRONT,))
    async with other.running():
        await count(within, made.variant_id, house, 40)
        for _ in range(50):
            known = other.directory.get(STOREFRONT, within.merchant_id).catalogue.stock_rows
            if [*known(within.environment, made.variant_id)] == [house]:
                break
            await asyncio.sleep(0.02)
        assert [*known(within.environment, made.variant_id)] == [house]


async def test_a_count_needs_a_reason(within: Within) -> None:
    """Without one, or by who may not, nothing is counted and no shelf is made."""
    made, house = await counted(within), await new_warehouse(within)
    given = StockCount(variant_id=made.variant_id, warehouse_id=house, on_hand=40)
    with pytest.raises(InputInvalid, match="reason"):
        await do(within, "stock.count", given)
    with pytest.raises(PermissionMissing):
        await do(within, "stock.count", given, VIEWER, reason="dihitung")
    assert await rows_of(within, made.variant_id) == 0


async def test_ten_first_counts_at_once_fill_one_shelf(within: Within) -> None:
    """One row is made; each count sees the one before it, and the last one stands."""
    made, house = await counted(within), await new_warehouse(within)
    before = len(await written(within))
    done, refused = await at_once(*(count(within, made.variant_id, house, n) for n in range(1, 11)))
    assert (done, refused) == (10, [])
    assert await rows_of(within, made.variant_id) == 1
    chain = [entry.facts["on_hand"] for _, entry in (await written(within))[:-before]][::-1]
    assert sorted(now for _, now in chain) == [*range(1, 11)]
    assert [was for was, _ in chain] == [0, *(now for _, now in chain[:-1])]
    assert [row[0] for row in await stock_of(within, made.variant_id)] == [chain[-1][1]]


async def test_nobody_counts_over_what_they_have_not_seen(within: Within) -> None:
    """Ten count what all have seen, at once: one does. Later the same is refused, too; a promise to an order is not a
    change of what is there."""
    made, house = await counted(within), await new_warehouse(within)
    await count(within, made.variant_id, house, 40)
    [row] = await seen(within, "stock.list")
    done, refused = await at_once(*(count(within, made.variant_id, house, n, seen=row.seen) for n in range(10)))
    assert done == 1
    assert {type(one) for one in refused} == {ChangedMeanwhile}
    with pytest.raises(ChangedMeanwhile):
        await count(within, made.variant_id, house, 41, seen=row.seen)
    [row] = await seen(within, "stock.list")
    await count(within, made.variant_id, house, 42, seen=row.seen)
    assert await stock_of(within, made.variant_id) == [(42, 0, 42)]


async def test_a_count_under_one_key_is_done_once(within: Within) -> None:
    """Ten at once under one idempotency key count once; the same again later undoes nothing that was done since."""
    made, house = await counted(within), await new_warehouse(within)
    given = StockCount(variant_id=made.variant_id, warehouse_id=house, on_hand=40)
    before = len(await written(within))
    every = await asyncio.gather(*(do(within, "stock.count", given, reason="dihitung", key="k1") for _ in range(10)))
    assert sum(not done.replayed for done in every) == 1
    assert {done.id for done in every} == {str(made.variant_id)}
    assert len(await written(within)) == before + 1
    await count(within, made.variant_id, house, 30)
    assert (await do(within, "stock.count", given, reason="dihitung", key="k1")).replayed is True
    assert await stock_of(within, made.variant_id) == [(30, 0, 30)]


async def test_what_is_promised_is_there(within: Within, client: httpx.AsyncClient) -> None:
    """No count goes below what open orders were promised; a cancelled order's are free again."""
    shop = await Sells.many(within, client, 10)
    order = await shop.order(6)
    [row] = await seen(within, "stock.list")
    assert (row.on_hand, row.reserved, row.available) == (10, 6, 4)
    before = len(await written(within))
    with pytest.raises(InputInvalid, match=r"on_hand.*6 are promised to open orders"):
        await shop.count(5)
    assert len(await written(within)) == before
    await shop.count(6, seen=row.seen)
    assert await shop.stands() == (6, 6, 0)
    assert "quantity" in str(await shop.order(1, status=422))
    await shop.ask("POST", "/v3/orders/change-status", {"ids": [order["id"]], "status": "canceled"})
    assert await shop.stands() == (6, 0, 6)
    await shop.count(0)
    assert await shop.stands() == (0, 0, 0)
    assert await check(within.engine, within.merchant_id) == []


async def test_counts_and_orders_at_once(within: Within, client: httpx.AsyncClient) -> None:
    """While twenty orders reserve two each, it is counted now up, now down: exactly what was sold is promised, never
    more than there is, and the last count that was taken stands."""
    shop = await Sells.many(within, client, 12)

    headers = {"Authorization": f"Bearer {await fresh_key(within)}"}

    async def order() -> int:
        body = order_for(within, shop.store_id, shop.made, 2)
        return (await client.post("/v3/orders", json=body, headers=headers)).status_code

    orders = asyncio.gather(*(order() for _ in range(20)))
    done, refused = await at_once(*(shop.count(n) for n in (20, 12, 30, 4, 16, 12, 22, 0)))
    statuses = await orders
    assert {type(one) for one in refused} <= {InputInvalid}
    assert {*statuses} <= {200, 422}
    sold = 2 * statuses.count(200)
    on_hand, reserved, left = await shop.stands()
    assert (reserved, left) == (sold, on_hand - sold)
    assert left >= 0
    counts = [entry.facts["on_hand"] for _, entry in await written(within) if entry.act == "stock.count"][::-1]
    assert len(counts) == done + 1
    assert [was for was, _ in counts] == [0, *(now for _, now in counts[:-1])]
    assert counts[-1][1] == on_hand
    assert await check(within.engine, within.merchant_id) == []


def move(within: Within, made: Made, here: int, there: int, quantity: int, **how: str) -> Awaitable[Done]:
    """Move some from one warehouse to another."""
    given = StockMove(
        variant_id=made.variant_id, from_warehouse_id=here, to_warehouse_id=there, quantity=quantity
    )  # fmt: skip
    return do(within, "stock.move", given, **how)


async def test_stock_is_moved(within: Within) -> None:
    """What leaves one warehouse is in the other, where it may never have been before."""
    made, here, there = await counted(within), await new_warehouse(within), await new_warehouse(within)
    await count(within, made.variant_id, here, 20)
    done = await move(within, made, here, there, 8)
    assert done.details == {"left": 12, "there": 8}
    assert await stock_of(within, made.variant_id) == [(12, 0, 12), (8, 0, 8)]
    entry = (await written(within))[0].entry
    assert (entry.act, entry.target) == ("stock.move", str(made.variant_id))
    assert {name: entry.facts[name] for name in ("quantity", "on_hand", "on_hand_there")} == {
        "quantity": 8, "on_hand": [20, 12], "on_hand_there": [0, 8],
    }  # fmt: skip
    with pytest.raises(InputInvalid, match=r"quantity.*12 can be moved"):
        await move(within, made, here, there, 13)
    with pytest.raises(InputInvalid, match="to_warehouse_id"):
        await move(within, made, here, here, 1)
    with pytest.raises(InputInvalid, match=r"to_warehouse_id.*there is no warehouse 7"):
        await move(within, made, here, 7, 1)
    assert await stock_of(within, made.variant_id) == [(12, 0, 12), (8, 0, 8)]


async def test_moves_at_once_lose_nothing(within: Within) -> None:
    """Ten move three of twenty, others move back, some count elsewhere: each piece is in one place."""
    made, here, there = await counted(within), await new_warehouse(within), await new_warehouse(within)
    await count(within, made.variant_id, here, 20)
    done, refused = await at_once(*(move(within, made, here, there, 3) for _ in range(10)))
    assert (done, {type(one) for one in refused}) == (6, {InputInvalid})
    assert await stock_of(within, made.variant_id) == [(2, 0, 2), (18, 0, 18)]
    both = [move(within, made, *pair, 2) for _ in range(10) for pair in ((here, there), (there, here))]
    await at_once(*both)
    rows = await stock_of(within, made.variant_id)
    assert sum(on_hand for on_hand, _, _ in rows) == 20
    assert min(on_hand for on_hand, _, _ in rows) >= 0
    every = await asyncio.gather(*(move(within, made, there, here, 1, key="m1") for _ in range(5)))
    assert sum(not one.replayed for one in every) == 1
    assert sum(on_hand for on_hand, _, _ in await stock_of(within, made.variant_id)) == 20
    assert await check(within.engine, within.merchant_id) == []


async def test_what_is_not_sent_is_in_one_place(within: Within, client: httpx.AsyncClient) -> None:
    """Orders of what is not sent take it from one warehouse: it can be counted in no second one, not even at once."""
    made = await counted(within, item_type="license")
    houses = [await new_warehouse(within) for _ in range(3)]
    assert await stock_of(within, made.variant_id) == [(0, 0, 0)] * 3
    done, refused = await at_once(*(count(within, made.variant_id, house, 5) for house in houses))
    assert (done, {type(one) for one in refused}) == (1, {InputInvalid})
    [row] = await seen(within, "stock.list", variant=made.variant_id)
    elsewhere = next(house for house in houses if house != row.warehouse_id)
    with pytest.raises(InputInvalid, match=r"to_warehouse_id.*is not sent, so it is kept in one place"):
        await move(within, made, row.warehouse_id, elsewhere, 1)
    await count(within, made.variant_id, row.warehouse_id, 6)
    assert await stock_of(within, made.variant_id) == [(6, 0, 6)]


async def test_only_what_is_counted_can_be_counted(within: Within) -> None:
    """A variant that is never sold out has no stock; nor has one, or a warehouse, of another shop."""
    made, house = await new_product(within), await new_warehouse(within)
    other = await open_desk(within.house)
    foreign, foreign_house = await counted(other), await new_warehouse(other)
    mine = await counted(within)
    for variant_id, warehouse_id, fault in (
        (made.variant_id, house, r"variant_id.*is not counted"),
        (foreign.variant_id, house, r"variant_id.*there is no variant"),
        (mine.variant_id, foreign_house, r"warehouse_id.*there is no warehouse"),
    ):
        with pytest.raises(InputInvalid, match=fault):
            await count(within, variant_id, warehouse_id, 1)
        with pytest.raises(InputInvalid, match=fault):
            await do(within, "stock.mark", StockMark(variant_id=variant_id, warehouse_id=warehouse_id, low_at=1))
    assert [await rows_of(within, one.variant_id) for one in (made, mine)] == [0, 0]
    await do(within, "variants.edit", VariantEdit(id=made.variant_id, counted=True))
    await count(within, made.variant_id, house, 1)
    assert await stock_of(within, made.variant_id) == [(1, 0, 1)]


async def low(within: Within, **wanted: Any) -> list[tuple[int, int, int | None]]:
    """(variant, available, mark) of what is low."""
    found: list[StockRow] = await seen(within, "stock.list", low=True, **wanted)
    assert all(row.low for row in found)
    return [(row.variant_id, row.available, row.low_at) for row in found]


async def test_what_is_low_is_listed(within: Within, client: httpx.AsyncClient) -> None:
    """A mark says at how many left an item is low; orders bring it there, a count takes it away, and so does the end of
    the mark."""
    shop = await Sells.many(within, client, 10)
    variant, house = shop.made.variant_id, shop.warehouse_id
    other = await counted(within)

    async def mark(variant_id: int, low_at: int | None, **more: Any) -> None:
        given = StockMark(variant_id=variant_id, warehouse_id=house, low_at=low_at, **more)
        await do(within, "stock.mark", given)

    await mark(variant, 4)
    assert (await written(within))[0].entry.facts["low_at"] == [None, 4]
    assert await low(within) == []
    await shop.order(5)
    assert await low(within) == []
    await shop.order(1)
    assert await low(within) == [(variant, 4, 4)]
    # One that was never counted can be marked, too.
    await mark(other.variant_id, 0)
    assert await low(within) == [(variant, 4, 4), (other.variant_id, 0, 0)]
    assert await low(within, variant=other.variant_id) == [(other.variant_id, 0, 0)]
    assert await low(within, warehouse=7) == []
    assert await low(within, limit=1) == [(variant, 4, 4)]
    assert await low(within, after=f"{variant}-{house}") == [(other.variant_id, 0, 0)]
    await shop.count(11)
    await mark(other.variant_id, None)
    assert await low(within) == []
    assert await shop.stands() == (11, 6, 5)
    assert await check(within.engine, within.merchant_id) == []


async def test_nobody_marks_over_what_they_have_not_seen(within: Within) -> None:
    """Ten mark what all have seen, at once: one does; orders that reserve meanwhile are no change."""
    made, house = await counted(within), await new_warehouse(within)
    [row] = await seen(within, "stock.list")
    done, refused = await at_once(
        *(
            do(
                within, "stock.mark",
                StockMark(variant_id=made.variant_id, warehouse_id=house, low_at=n, seen=row.seen),
            )
            for n in range(10)
        )
    )  # fmt: skip
    assert (done, {type(one) for one in refused}) == (1, {ChangedMeanwhile})
    assert await rows_of(within, made.variant_id) == 1


async def test_marks_and_orders_at_once(within: Within, client: httpx.AsyncClient) -> None:
    """While orders reserve, the mark is set again and again: none of them is refused, and both figures are right."""
    shop = await Sells.many(within, client, 100)
    place = {"variant_id": shop.made.variant_id, "warehouse_id": shop.warehouse_id}
    orders = asyncio.gather(*(shop.order(2) for _ in range(20)))
    done, refused = await at_once(*(do(within, "stock.mark", StockMark(**place, low_at=n)) for n in range(20)))
    assert (done, refused, len(await orders)) == (20, [], 20)
    [row] = await seen(within, "stock.list")
    assert (row.on_hand, row.reserved, row.low_at) == (100, 40, (await written(within))[0].entry.facts["low_at"][1])
    assert await check(within.engine, within.merchant_id) == []


async def test_the_list_goes_on_where_it_stopped(within: Within) -> None:
    """Pages by variant and warehouse, each place once, also those where nothing ever was; search and filters narrow
    them."""
    houses = [await new_warehouse(within) for _ in range(2)]
    made = [await counted(within, name=f"Kaos {n}", sku=f"K-{n}") for n in range(3)]
    await new_product(within)
    await count(within, made[1].variant_id, houses[1], 7)
    every = [(one.variant_id, house) for one in made for house in houses]
    pages: list[list[tuple[int, int]]] = []
    after = ""
    while True:
        view = views()["stock.list"]
        page = await look(view, within, view.filter(after=after, limit=4), OWNER)
        pages.append([(row.variant_id, row.warehouse_id) for row in page.rows])  # pyright: ignore
        if not (after := page.next):
            break
    assert pages == [every[:4], every[4:]]
    assert [row.on_hand for row in await seen(within, "stock.list", search="k-1")] == [0, 7]
    assert [row.on_hand for row in await seen(within, "stock.list", product=made[1].id, warehouse=houses[1])] == [7]
    assert await seen(await open_desk(within.house), "stock.list") == []
