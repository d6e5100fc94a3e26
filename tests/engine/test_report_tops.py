"""What sells best is listed, not summed at each look: the lists are the upper ends of the sums after everything that
happens, on every day, by every door, and nobody is shown one that is not."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.lines import NewLine
from gerai.engine.reports.rebuild import rebuild_reports
from gerai.engine.reports.roll_up import roll_up
from gerai.kit.clock import jakarta
from gerai.store import report_tops
from gerai.store.reports import ItemsAsked, items
from reports_kit import DOORS, Life

NOBODY = "nobody"


async def compared(shop: Shop, today: date, limit: int) -> int:
    """Each list beside the sums over the same rows, page after page; how many pages the lists had."""
    listed = 0
    async with shop.engine.connection() as connection:
        for span in report_tops.SPANS:
            for door in ("", *DOORS, NOBODY):
                first = today - timedelta(days=span - 1)
                asked, after = ItemsAsked(shop.merchant_id, shop.environment, first, today, door), None
                while True:
                    whole = await items(connection, asked, after, limit)
                    best = await report_tops.best(connection, asked, after, limit)
                    assert best in (None, whole), (span, door, after)
                    listed += best is not None
                    if len(whole) < limit:
                        break
                    after = whole[-1]
    return listed


@pytest.mark.parametrize("seed", range(3))
async def test_lists_are_the_upper_end_of_the_sums(engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seventy things happen to orders of all doors, over some days, with lists of four items at first: each page that a
    list has is what the sums say; most have one. The same after all was counted anew."""
    for name, number in (("KEPT", 4), ("FEWEST", 2), ("MOST", 6)):
        monkeypatch.setattr(report_tops, name, number)
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"}, money_sen=50_000_000_00)
    life, pages = Life(shop, seed), 0
    for _ in range(70):
        await life.step()
        await roll_up(engine)
        pages += await compared(shop, jakarta(life.now).date(), 2)
    assert pages > 500
    await rebuild_reports(engine, shop.merchant_id)
    assert await compared(shop, jakarta(life.now).date(), 2) > 0
    await roll_up(engine)
    assert await compared(shop, jakarta(life.now).date(), 2) > 5
    assert await check(engine, shop.merchant_id) == []


async def shop_with_best_sellers(engine: Engine, many: int) -> tuple[Shop, date]:
    """A sandbox shop that sold so many things today, each for a thousand rupiah more than the one before."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    lines = tuple(NewLine("thing", n, f"Barang {n}", 1, n * 1_000_00, n * 1_000_00) for n in range(1, many + 1))
    await shop.pay(await shop.place("invoice", sum(line.total_sen for line in lines), lines=lines))
    await roll_up(engine)
    return shop, jakarta(EPOCH).date()


async def best_of(shop: Shop, today: date, span: int, limit: int) -> list[str] | None:
    """The names of what sold best."""
    asked = ItemsAsked(shop.merchant_id, shop.environment, today - timedelta(days=span - 1), today)
    async with shop.engine.connection() as connection:
        found = await report_tops.best(connection, asked, None, limit)
    return None if found is None else [one.name for one in found]


async def test_a_day_later_the_lists_are_of_that_day(engine: Engine) -> None:
    """At midnight the worker makes them anew, without any event: what was sold yesterday is not today's. Until then the
    new day has no list, and is summed."""
    shop, day = await shop_with_best_sellers(engine, 3)
    assert await best_of(shop, day, 1, 2) == ["Barang 3", "Barang 2"]
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(days=1))
    tomorrow = day + timedelta(days=1)
    assert await best_of(shop, tomorrow, 7, 2) is None
    assert await roll_up(engine) == 1
    assert await best_of(shop, tomorrow, 7, 2) == ["Barang 3", "Barang 2"]
    assert await best_of(shop, tomorrow, 1, 2) == []
    assert await best_of(shop, day, 1, 2) is None
    assert await roll_up(engine) == 0


async def test_a_list_reaches_as_far_as_it_was_made(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nine items four are kept: a page of four there is, none of five, nor of days that no list is about."""
    monkeypatch.setattr(report_tops, "KEPT", 4)
    monkeypatch.setattr(report_tops, "FEWEST", 2)
    shop, day = await shop_with_best_sellers(engine, 9)
    assert await best_of(shop, day, 30, 4) == ["Barang 9", "Barang 8", "Barang 7", "Barang 6"]
    assert await best_of(shop, day, 30, 5) is None
    assert await best_of(shop, day, 29, 1) is None
    [(many,)] = await shop.rows("SELECT count(*) FROM report_top_items WHERE merchant_id = %s AND channel = ''")
    assert many == 4 * len(report_tops.SPANS)


async def test_a_worker_without_lists_leaves_none_that_counts(engine: Engine) -> None:
    """A version that knows of no lists moves the place alone: what it left is shown to nobody, and made anew."""
    shop, day = await shop_with_best_sellers(engine, 3)
    await shop.execute("UPDATE report_places SET event_id = event_id - 1 WHERE merchant_id = %s", (shop.merchant_id,))
    assert await best_of(shop, day, 7, 2) is None
    await shop.execute("DELETE FROM report_top_items WHERE merchant_id = %s", (shop.merchant_id,))
    await roll_up(engine)
    assert await best_of(shop, day, 7, 2) == ["Barang 3", "Barang 2"]


async def test_whoever_asks_for_a_rebuild_waits_for_no_piece(engine: Engine) -> None:
    """While a worker counts, an owner has it all counted anew: that is written at once, and begins with the piece after
    it; asked for during a rebuild, it begins again."""
    shop, day = await shop_with_best_sellers(engine, 3)
    async with engine.connection() as connection, connection.transaction():
        text = "SELECT pg_advisory_xact_lock(hashtextextended('gerai reports', %s))"
        await connection.execute(text, (shop.merchant_id,))
        async with asyncio.timeout(5):
            await rebuild_reports(engine, shop.merchant_id)
    assert await best_of(shop, day, 7, 2) == ["Barang 3", "Barang 2"]
    await shop.execute("DELETE FROM report_items WHERE merchant_id = %s", (shop.merchant_id,))
    await rebuild_reports(engine, shop.merchant_id)
    assert await roll_up(engine) > 1
    assert await best_of(shop, day, 7, 2) == ["Barang 3", "Barang 2"]
    [(asked_at, refill_from)] = await shop.rows(
        "SELECT rebuild_asked_at, refill_from FROM report_places WHERE merchant_id = %s"
    )
    assert (asked_at, refill_from) == (None, None)
