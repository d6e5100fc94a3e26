"""What does not hold in the books waits for a person: of the shop and environment whose rows it is, until it holds."""

from __future__ import annotations

import pytest

from desk_kit import OPERATOR, VIEWER, do, open_desk, seen, written
from engine_kit import Shop
from gerai.domain.refusals import NotFound, PermissionMissing
from gerai.engine.broken_books import announce_broken
from gerai.engine.check import check, examine, record
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within

BREAK = "UPDATE orders SET charged_sen = charged_sen + %s WHERE merchant_id = %s AND channel = 'cekceir'"


async def look(shop: Shop) -> None:
    """As the worker looks at all books, and what follows from it."""
    async with shop.engine.connection() as connection:
        await record(connection, await examine(connection))
    await announce_broken(shop.engine)


async def announced(shop: Shop) -> list[tuple[str, dict[str, object]]]:
    """Environment and facts of what was announced, oldest first."""
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT environment, facts FROM events WHERE merchant_id = %s AND name = 'books.broken' ORDER BY event_id",
            (shop.merchant_id,),
        )
        return [(row[0], row[1]) for row in await cursor.fetchall()]


async def test_what_is_broken_waits_until_it_holds(sold: tuple[Within, Shop]) -> None:
    """A look finds it: it waits with its name, its rows and the act that looks again, announced once, at the desk of
    its environment alone. Looked at again it waits still; once it holds, no more."""
    within, shop = sold
    await look(shop)
    assert await seen(within, "book_faults.list") == []
    await shop.execute(BREAK, (-100, shop.merchant_id))
    assert await seen(within, "waiting.list") == []
    await look(shop)
    await look(shop)
    [waits] = await seen(within, "waiting.list", VIEWER)
    assert (waits.kind, waits.things, waits.can, waits.amount_sen) == (
        "book_fault", "book_faults", ("book_faults.recheck",), None,
    )  # fmt: skip
    assert waits.what.en == "Of the books does not hold: Orders' money agrees (rows: 1)"
    assert [(one.kind, one.count) for one in await seen(within, "waiting.counts")] == [("book_fault", 1)]
    [fault] = await seen(within, "book_faults.show", VIEWER, id=waits.id)
    assert (fault.invariant, fault.broken_rows, fault.since) == ("order_money", 1, waits.since)
    [row] = fault.rows
    assert (set(row), row["merchant_id"]) == ({"merchant_id", "order_id"}, shop.merchant_id)
    assert await announced(shop) == [("sandbox", {"invariant": "order_money", "rows": 1})]
    real = Within(within.house, within.merchant_id, "production")
    for elsewhere in (real, await open_desk(within.house, "sandbox")):
        assert await seen(elsewhere, "waiting.list") == []
        assert await seen(elsewhere, "book_faults.show", id=waits.id) == []
        with pytest.raises(NotFound):
            await do(elsewhere, "book_faults.recheck", ById(id=waits.id))
    done = await do(within, "book_faults.recheck", ById(id=waits.id), OPERATOR)
    assert done.details == {"holds": False, "fault": ""}
    [still] = await seen(within, "book_faults.list")
    assert (still.id, still.since, still.checked_at > fault.checked_at) == (waits.id, fault.since, True)
    await shop.execute(BREAK, (100, shop.merchant_id))
    for replayed in (False, True):
        done = await do(within, "book_faults.recheck", ById(id=waits.id), key="k") if not replayed else done
    assert done.details["holds"] is True
    assert await seen(within, "waiting.list") == await seen(within, "book_faults.list") == []
    assert [entry.act for _, entry in await written(within)] == ["book_faults.recheck"] * 2
    assert await check(shop.engine, shop.merchant_id) == []


async def test_each_shop_has_its_own(sold: tuple[Within, Shop]) -> None:
    """Rows of many shops are kept shop by shop, however many one has; a later look takes each away that holds, and an
    invariant that was not looked at stays."""
    within, shop = sold
    await shop.execute(BREAK, (-100, shop.merchant_id))
    await look(shop)
    async with shop.engine.connection() as connection:
        one_shop = await examine(connection, shop.merchant_id, {"phase_totals"})
        await record(connection, one_shop)
    assert len(await seen(within, "book_faults.list")) == 1
    await shop.execute(BREAK, (100, shop.merchant_id))
    await look(shop)
    assert await seen(within, "book_faults.list") == []


async def test_a_viewer_has_no_look_made(sold: tuple[Within, Shop]) -> None:
    """They see it; looking again reads all of the books, and is for whoever decides about money."""
    within, shop = sold
    await shop.execute(BREAK, (-100, shop.merchant_id))
    await look(shop)
    [fault] = await seen(within, "book_faults.list", VIEWER)
    with pytest.raises(PermissionMissing):
        await do(within, "book_faults.recheck", ById(id=fault.id), VIEWER)
    await shop.execute(BREAK, (100, shop.merchant_id))
    await look(shop)
