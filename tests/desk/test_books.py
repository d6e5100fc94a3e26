"""The books at the desk: statements and balances that tie to the transfers to the sen, and whether all of it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sold_kit import NOON, at

from desk_kit import seen
from engine_kit import Shop
from gerai.domain.refusals import Busy, InputInvalid
from gerai.engine.check import INVARIANTS
from gerai.engine.desk.books import alone
from gerai.engine.desk.house import Within


async def test_a_statement_ties_to_the_transfers(sold: tuple[Within, Shop]) -> None:
    """Opening and closing of all accounts sum to nothing and debits are credits, month by month; a month opens as the
    one before closed; the last one closes as the books stand, which are those of the transfers."""
    within, shop = sold
    await at(shop, NOON + timedelta(days=20))
    await shop.pay(await shop.place("invoice", 10_000_00))
    april, may = [await seen(within, "reports.statement", month=month) for month in ("2026-04", "2026-05")]
    for rows in (april, may):
        assert sum(row.opening_sen for row in rows) == sum(row.closing_sen for row in rows) == 0
        assert sum(row.debits_sen - row.credits_sen for row in rows) == 0
    assert [row.closing_sen for row in april] == [row.opening_sen for row in may]
    found = {row.account: (row.opening_sen, row.debits_sen, row.credits_sen, row.closing_sen) for row in april}
    assert found["sales"] == (0, 40_000_00, 300_000_00, 260_000_00)
    assert found["wallet"] == (0, 50_000_00, 500_000_00, 450_000_00)
    assert found["fees"] == (0, 1_000_00, 0, -1_000_00)
    books = {row.account: row.balance_sen for row in await seen(within, "books.list")}
    assert books == {row.account: row.closing_sen for row in may}
    assert books["sales"] == 270_000_00
    for bad in ("2026-13", "0000-01"):
        with pytest.raises(InputInvalid):
            await seen(within, "reports.statement", month=bad)
    checked = await seen(within, "books.check")
    assert [row.invariant for row in checked] == [one.name for one in INVARIANTS]
    assert {(row.holds, row.rows, row.fault) for row in checked} == {(True, (), "")}


async def test_a_broken_book_is_seen(sold: tuple[Within, Shop]) -> None:
    """What does not hold is named with its rows, for this shop alone; at the desk
    of the sandbox no row of production is seen."""
    within, shop = sold
    await shop.execute(
        "UPDATE orders SET charged_sen = charged_sen - 100 WHERE merchant_id = %s AND channel = 'cekceir'",
        (shop.merchant_id,),
    )
    broken = {row.invariant: row for row in await seen(within, "books.check") if row.holds is not True}
    assert list(broken) == ["order_money"]
    assert broken["order_money"].rows[0]["charged_sen"] == 50_000_00 - 100
    await shop.execute("UPDATE orders SET environment = 'production' WHERE merchant_id = %s", (shop.merchant_id,))
    rows = {row.invariant: row.rows for row in await seen(within, "books.check")}
    assert rows["order_money"] == ()
    real = Within(within.house, within.merchant_id, "production")
    rows = {row.invariant: row.rows for row in await seen(real, "books.check")}
    assert rows["order_money"][0]["charged_sen"] == 50_000_00 - 100


async def test_all_of_the_books_are_read_by_one_at_a_time(sold: tuple[Within, Shop]) -> None:
    """A second reader is told to come again, and the turn ends with the first."""
    within, _ = sold
    async with alone(within):
        for name in ("reports.statement", "books.list", "books.check"):
            with pytest.raises(Busy):
                await seen(within, name)
    assert await seen(within, "books.list")


async def test_liabilities_are_what_is_owed(sold: tuple[Within, Shop]) -> None:
    """Wallets with what is reserved of them, and money that came late."""
    within, shop = sold
    await shop.place("hold", 20_000_00)
    found = {row.kind: (row.count, row.amount_sen, row.held_sen) for row in await seen(within, "reports.liabilities")}
    assert found == {"wallets": (1, 450_000_00, 20_000_00), "refunds_owed": (0, 0, 0), "suspense": (0, 0, 0)}
