"""What is done stays done: an act that has moved money refuses nothing afterwards, so that nobody does it once more."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
import pytest_asyncio

from bank_kit import PRICE
from desk_kit import seen
from desk_money_kit import GatewayTill, Till, act, gateway_till, open_till
from gerai.app import App
from gerai.domain.refusals import Busy
from gerai.engine.check import check
from gerai.engine.desk.acts import book_arrival


@pytest_asyncio.fixture
async def till(app: App) -> AsyncGenerator[Till]:
    """The desk of a real shop; its books agree at the end."""
    opened = await open_till(app)
    yield opened
    assert await check(opened.within.engine, opened.within.merchant_id) == []


@pytest_asyncio.fixture
async def toy(app: App) -> AsyncGenerator[GatewayTill]:
    """The desk of a shop with a gateway; its books agree at the end."""
    async with gateway_till(app) as opened:
        yield opened
        assert await check(opened.within.engine, opened.within.merchant_id) == []


def busy_after(times: int, read: Callable[..., Any]) -> Callable[..., Any]:
    """A database that can be read so often, and is busy then."""
    left = [times]

    async def answer(*asked: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Busy()
        return await read(*asked)

    return answer


async def test_a_refund_is_made_although_who_sends_it_cannot_be_read(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers with what it booked, once, and leaves out who sends it."""
    view, payment = await till.paid()
    events = till.within.engine.events
    monkeypatch.setattr(events, "of_orders", busy_after(0, events.of_orders))
    done = await act(till.within, "payments.refund", id=payment.payment_id, back_sen=10_000_00)
    left_sen = payment.amount_sen - 10_000_00
    assert done.details == {"order": view.order.number, "refunded_sen": 10_000_00, "left_sen": left_sen}
    monkeypatch.undo()
    assert (await till.now(view))[1].refunded_sen == 10_000_00


async def test_so_is_what_is_decided_about_late_money(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order's money is owed to its payer, once."""
    view, late = await till.late()
    events = till.within.engine.events
    monkeypatch.setattr(events, "of_orders", busy_after(0, events.of_orders))
    done = await act(till.within, "payments.resolve", id=late.payment_id, decision="refund")
    assert done.details == {"order": view.order.number, "order_status": "cancelled", "amount_sen": late.amount_sen}
    monkeypatch.undo()
    assert [row.amount_sen for row in await seen(till.within, "refunds.list")] == [late.amount_sen]


async def test_so_is_what_is_decided_about_a_top_up(toy: GatewayTill, monkeypatch: pytest.MonkeyPatch) -> None:
    """A top-up that came late goes back, once."""
    deposit = await toy.late_top_up()
    payments = toy.within.engine.payments
    monkeypatch.setattr(payments, "refund_of", busy_after(0, payments.refund_of))
    done = await act(toy.within, "topups.resolve", id=deposit.deposit_id, decision="refund")
    assert (done.details["status"], "sent_by" in done.details) == ("refunded", False)
    monkeypatch.undo()
    assert [row.deposit_id for row in await seen(toy.within, "refunds.list")] == [deposit.deposit_id]


async def test_so_is_money_that_is_given_to_its_order(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is paid, although how it stands then cannot be read."""
    orders = [await till.asked() for _ in range(2)]
    _, payment = orders[0]
    async with till.shop.engine.connection() as connection:
        # Two ask for the same, so that what comes waits for somebody's word.
        await connection.execute(
            "UPDATE payments SET matching_sen = %s WHERE merchant_id = %s",
            (payment.asked_sen - PRICE, till.shop.merchant_id),
        )
    arrival = await till.came(payment.asked_sen, "Z")
    monkeypatch.setattr(book_arrival, "payable_here", busy_after(1, book_arrival.payable_here))
    done = await act(till.within, "arrivals.book", id=arrival, pays=payment.payment_id)
    assert (done.id, done.replayed, done.details) == (str(arrival), False, {})
    monkeypatch.undo()
    assert [(await till.now(one))[1].status for one, _ in orders] == ["completed", "processing"]
