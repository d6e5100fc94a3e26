"""A process whose own clock is a day off writes, finds and sends what is due by the database's clock."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
from test_deliveries import KEY, WEBHOOKS, listen, log_of
from test_job_clock import set_off

from engine_kit import Shop, open_shop
from gerai.engine.core import Engine
from gerai.engine.overdue import find_overdue
from gerai.engine.webhooks.fan_out import fan_out
from gerai.kit import clock
from gerai.kit.address import Guard
from gerai.kit.clock import real_now
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox
from gerai.testing.receiver import Receiver, receiving
from gerai.worker.webhook_sender import WebhookSender

DAY = timedelta(hours=24)
#: Tried at once, and again after a second.
HASTY = {"test": dataclasses.replace(WEBHOOKS, schedule_s=(0, 1, 1))}
each_way = pytest.mark.parametrize("by", [DAY, -DAY, timedelta(days=400)], ids=str)


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with receiving() as receiver:
        yield receiver


async def far_off(shop: Shop) -> dict[str, list[float]]:
    """Every time in the shop's rows that is more than two hours from the database's now, in hours, by column."""
    columns = await shop.rows(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c "
        "JOIN information_schema.columns m USING (table_schema, table_name) WHERE m.column_name = 'merchant_id' "
        "AND c.data_type = 'timestamp with time zone' AND table_schema = current_schema() AND %s > 0"
    )
    found: dict[str, list[float]] = {}
    for table, column in columns:
        text = (
            f"SELECT extract(epoch FROM {column} - now())::float8 / 3600 FROM {table} "
            f"WHERE merchant_id = %s AND abs(extract(epoch FROM {column} - now())) > 7200"
        )
        if rows := await shop.rows(text):
            found[f"{table}.{column}"] = [hours for (hours,) in rows]
    return found


async def busy_hour(shop: Shop) -> None:
    """Orders of all kinds, payments and deposits, each with its time."""
    await shop.deposit(100_000_00)
    soon = real_now() + timedelta(hours=1)
    await shop.start_payment(await shop.place(expires_at=soon), expires_at=soon)
    await shop.pay(await shop.start_payment(await shop.place()))
    await shop.place("wallet")
    await shop.place("hold", resume_after_s=40)
    await shop.start_deposit(expires_at=soon)


@each_way
async def test_no_row_has_the_wrong_time(engine: Engine, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The clock is set wrong while the process runs: not one of the times in all rows it writes is wrong, and nothing
    it wrote is over already."""
    set_off(monkeypatch, by)
    shop = await open_shop(engine)
    assert abs(clock.machine_now() - datetime.now(UTC) - by) < timedelta(seconds=5)
    await busy_hour(shop)
    assert await far_off(shop) == {}
    overdue = await find_overdue(engine, 10_000)
    assert shop.merchant_id not in {found[0] for found in (*overdue.orders, *overdue.payments, *overdue.deposits)}


@each_way
async def test_a_process_that_starts_so(own_dsn: str, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """It asks the database for the time before it writes anything."""
    set_off(monkeypatch, by)
    monkeypatch.setattr(clock, "_anchor", None)
    engine = Engine(own_dsn)
    async with engine.running():
        shop = await open_shop(engine)
        await busy_hour(shop)
        assert await far_off(shop) == {}


@each_way
async def test_messages_are_neither_late_nor_twice(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, receiver: Receiver, by: timedelta
) -> None:
    """A worker whose clock is wrong makes the messages, sends the first, and puts one that failed off by its schedule;
    once the clock is right again each has arrived once, within seconds."""
    shop = await open_shop(engine)
    await listen(shop, receiver.url())
    outgoing = Outgoing(Guard(allow_loopback=True))
    sender = WebhookSender(engine, HASTY, outgoing, SecretBox(KEY), timeout_s=2.0)
    orders = [(await shop.place()).view.order.order_id for _ in range(3)]
    with monkeypatch.context() as wrong:
        set_off(wrong, by)
        for order_id in orders:
            assert await fan_out(engine, HASTY, shop.merchant_id, order_id, "http://gerai.test") == 1
        receiver.answer = lambda _: 500 if len(receiver.requests) == 1 else 200
        assert await sender.run_once() == 3
        [failed] = await log_of(shop, status="pending")
        assert 0 < (failed.next_attempt_at - datetime.now(UTC)).total_seconds() <= 1
        assert await sender.run_once() == 0
    assert await sender.run_once() == 0
    await asyncio.sleep(1.1)
    assert await sender.run_once() == 1
    await outgoing.close()
    told = [request.headers["webhook-id"] for request in receiver.requests]
    assert (len(told), len(set(told))) == (4, 3)
    assert told[0] == told[3]
    assert [d.status for d in await log_of(shop)] == ["delivered"] * 3
    assert await far_off(shop) == {}
