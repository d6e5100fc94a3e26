"""The sums of reports are those of the orders: after every correction, with two workers, after a death between two
pieces, and when everything is counted anew. No event is passed over, however late its transaction ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from engine_kit import EPOCH, another_engine, open_shop
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.lines import NewLine
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.reports import roll_up as rolling
from gerai.engine.reports.rebuild import rebuild_reports
from gerai.engine.reports.roll_up import roll_up
from gerai.store import report_counting
from reports_kit import Life, kept, worked_out


async def living(engine: Engine, seed: int) -> Life:
    """A sandbox shop that holds late money, with a member who has enough."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"}, money_sen=50_000_000_00)
    return Life(shop, seed)


@pytest.mark.parametrize("seed", range(4))
async def test_every_step_is_counted(engine: Engine, seed: int) -> None:
    """Sixty things happen at random to orders of all doors: after each the sums are those of the rows; sales less what
    went back are what the books' sales account got; counted anew nothing changes."""
    life = await living(engine, seed)
    for _ in range(60):
        await life.step()
        await roll_up(engine)
        assert await kept(life.shop) == await worked_out(life.shop)
    before = await kept(life.shop)
    assert sum(sums[4] for sums in before[0].values()) > 0
    assert sum(sums[5] for sums in before[0].values()) > 0
    [(sales_sen,)] = await life.shop.rows(
        "SELECT sum(CASE t.credit_account_id WHEN a.account_id THEN t.amount_sen ELSE -t.amount_sen END)::int8 "
        "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id AND a.kind = 'sales' "
        "AND a.account_id IN (t.debit_account_id, t.credit_account_id) "
        "WHERE t.merchant_id = %s AND t.order_id IS NOT NULL AND t.phase IN ('single', 'post')"
    )
    assert sum(sums[4] - sums[5] for sums in before[0].values()) == sales_sen
    await rebuild_reports(engine, life.shop.merchant_id)
    assert await roll_up(engine) > 1
    assert await kept(life.shop) == before
    assert await roll_up(engine) == 0
    assert await check(engine, life.shop.merchant_id) == []


async def test_a_late_correction_changes_the_old_hour(engine: Engine) -> None:
    """An order of last week is paid, and some of it given back today: the row of its own hour changes, no other, and
    another shop's rows stay as they are."""
    shop, other = [await open_shop(engine, environment="sandbox") for _ in range(2)]
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place("invoice", 50_000_00, channel="scalev")
    await other.place("invoice", 70_000_00)
    await roll_up(engine)
    assert (await kept(shop))[0] == {("sandbox", "scalev", EPOCH, ""): (1, *[0] * 10)}
    others = await kept(other)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH.replace(day=8))
    paid = await shop.pay(placed)
    await shop.do(RefundPayment, paid, payment_id=paid.payments[0].payment_id, amount_sen=20_000_00)
    await roll_up(engine)
    week_s = 7 * 86_400
    assert (await kept(shop))[0] == {
        ("sandbox", "scalev", EPOCH, "manual"): (1, 1, 0, 0, 50_000_00, 20_000_00, 0, week_s, 1, 0, 0)
    }
    assert (await kept(shop))[1] == {("sandbox", "scalev", EPOCH.date(), "thing", 7, "A thing"): (1, 50_000_00)}
    assert await kept(other) == others


async def test_two_workers_count_once(dsn: str, engine: Engine) -> None:
    """Two processes count while a shop lives: the sums are right at the end, and nothing waits for itself."""
    life = await living(engine, 7)
    async with another_engine(dsn) as other:
        for _ in range(30):
            await life.step()
            await asyncio.gather(roll_up(engine), roll_up(other), roll_up(engine))
    await roll_up(engine)
    assert await kept(life.shop) == await worked_out(life.shop)


@pytest.mark.parametrize("dies_in", ["count_hours", "count_items", "move"])
async def test_a_death_loses_and_doubles_nothing(engine: Engine, dies_in: str) -> None:
    """Whoever counts dies in the middle of a piece, of the first counting and of a later one: the next one counts that
    piece again, and all is right."""
    life = await living(engine, 11)
    for _ in range(20):
        await life.step()
    for _ in range(2):
        for number in (1, 2, 3):
            with patch.object(report_counting, dies_in, _dying(getattr(report_counting, dies_in), number)):
                try:
                    await roll_up(engine)
                except _Died:
                    continue
        await roll_up(engine)
        assert await kept(life.shop) == await worked_out(life.shop)
        for _ in range(10):
            await life.step()
        await rebuild_reports(engine, life.shop.merchant_id)
        await life.step()


class _Died(BaseException):
    """A worker is gone."""


def _dying(call: Any, number: int) -> Any:
    """The call, which does its work and dies after it, the so-manieth time."""
    left = [number]

    async def dying(*args: Any) -> Any:
        found = await call(*args)
        left[0] -= 1
        if left[0] == 0:
            raise _Died
        return found

    return dying


async def test_small_pieces_come_to_the_same(engine: Engine) -> None:
    """Many events are read some at a time, each with its place: nothing between two pieces is missed."""
    life = await living(engine, 3)
    for _ in range(25):
        await life.step()
    await roll_up(engine)
    for _ in range(25):
        await life.step()
    assert await roll_up(engine, at_once=3) >= 4
    assert await kept(life.shop) == await worked_out(life.shop)


async def test_an_event_whose_transaction_ends_late_is_not_passed_over(
    dsn: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction draws the number of its event and is still open while later ones commit: nothing is counted past
    it, and it is counted once it is there."""
    shop = await open_shop(engine)
    placed = await shop.place("invoice", 50_000_00)
    await roll_up(engine)
    order_id = placed.view.order.order_id
    monkeypatch.setattr(rolling, "_DECIDED_WITHIN_S", 0.3)
    async with await psycopg.AsyncConnection.connect(dsn) as slow:
        # As a batch of another process would: its order, then its event, and then the commit takes its time.
        await slow.execute(
            "UPDATE orders SET status = 'cancelled' WHERE merchant_id = %s AND order_id = %s",
            (shop.merchant_id, order_id),
        )
        await slow.execute(
            "INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at) "
            "VALUES (%s, 'production', %s, 'order.cancelled', '{}', now())",
            (shop.merchant_id, order_id),
        )
        await shop.place("invoice", 60_000_00)
        assert await roll_up(engine) == 0
        await slow.commit()
    assert await roll_up(engine) == 1
    assert await kept(shop) == await worked_out(shop)
    assert sum(sums[2] for sums in (await kept(shop))[0].values()) == 1


async def test_what_is_not_true_any_more_goes(engine: Engine) -> None:
    """Sums of which no order knows, before, between and after those there are, are gone once all is counted anew."""
    life = await living(engine, 5)
    for _ in range(25):
        await life.step()
    await roll_up(engine)
    for day in ("2020-01-01 03:00+00", "2026-04-01 02:00+00", "2030-01-01 03:00+00"):
        await life.shop.execute(
            "INSERT INTO report_hours VALUES (%s, 'sandbox', 'none', %s, '', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)",
            (life.shop.merchant_id, day),
        )
        await life.shop.execute(
            "INSERT INTO report_items VALUES (%s, 'sandbox', %s::timestamptz::date, 'none', 'x', 1, 'x', 1, 1)",
            (life.shop.merchant_id, day),
        )
    await rebuild_reports(engine, life.shop.merchant_id)
    await roll_up(engine)
    assert await kept(life.shop) == await worked_out(life.shop)


async def test_only_what_differs_is_written(engine: Engine) -> None:
    """One order more in a day of many things: their rows stay as they were written, its own are the only new ones; and
    what is not sold any more goes."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    lines = tuple(NewLine("thing", n, f"Barang {n}", 1, 1_000_00, 1_000_00) for n in range(50))
    await shop.pay(await shop.place("invoice", 50_000_00, lines=lines))
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=1))
    await roll_up(engine)

    async def rows(table: str) -> dict[Any, Any]:
        key = "name" if table == "report_items" else "hour, method"
        found = await shop.rows(f"SELECT ROW({key})::text, ctid::text, xmin::text FROM {table} WHERE merchant_id = %s")
        return {row[0]: row[1:] for row in found}

    items, hours = await rows("report_items"), await rows("report_hours")
    assert (len(items), len(hours)) == (50, 1)
    unpaid = await shop.place(
        "invoice", 2_000_00, lines=(lines[7], NewLine("thing", 99, "Baru", 1, 1_000_00, 1_000_00))
    )
    await shop.pay(unpaid)
    await roll_up(engine)
    after = await rows("report_items")
    assert {name for name, row in after.items() if items.get(name) != row} == {'("Barang 7")', "(Baru)"}
    assert {name: row for name, row in (await rows("report_hours")).items() if name in hours} == hours
    await shop.execute(
        "UPDATE invoices SET status = 'unpaid' WHERE merchant_id = %s AND invoice_id = %s",
        (shop.merchant_id, unpaid.view.order.order_id),
    )
    await shop.execute(
        "UPDATE orders SET charged_sen = 0 WHERE merchant_id = %s AND order_id = %s",
        (shop.merchant_id, unpaid.view.order.order_id),
    )
    await rebuild_reports(engine, shop.merchant_id)
    await roll_up(engine)
    assert await kept(shop) == await worked_out(shop)
    assert set(await rows("report_items")) == set(items)
