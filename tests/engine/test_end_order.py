"""Orders that end unpaid: cancelled by somebody, or expired by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.store.due import due_orders


async def test_cancelling_ends_everything_that_was_open(shop: Shop) -> None:
    """Payments and invoice end with the order, the stock goes back, the provider is not asked."""
    stock_id = await shop.add_stock(4)
    placed = await shop.place(lines=(shop.line(5_000_00, 3, stock_id),), provider="simulator")
    await shop.start_payment(placed)
    view = await shop.do(CancelOrder, placed, reason="changed my mind")
    assert view.invoice is not None
    assert view.fulfilment is not None
    assert (view.order.status, view.invoice.status, view.fulfilment.status) == ("cancelled",) * 3
    assert [payment.status for payment in view.payments] == ["cancelled"]
    assert await shop.stock(stock_id) == (4, 0)
    assert await shop.events(placed) == ["order.placed", "payment.started", "order.cancelled", "payment.cancelled"]
    assert await shop.jobs(placed) == []
    assert await check(shop.engine, shop.merchant_id) == []


async def test_cancelling_a_held_order_returns_its_money(shop: Shop) -> None:
    """The hold is voided whole, once; charged nothing, refunded everything."""
    placed = await shop.place("hold", 30_000_00)
    view = await shop.do(CancelOrder, placed)
    assert (view.order.status, view.order.charged_sen, view.order.refunded_sen) == ("cancelled", 0, 30_000_00)
    wallet = await shop.wallet()
    assert (wallet.available_sen, wallet.debits_pending, wallet.debits_posted) == (100_000_00, 0, 0)
    assert [(t.phase, t.amount_sen) for t in await shop.transfers(placed)] == [
        ("pending", 30_000_00), ("void", 30_000_00),
    ]  # fmt: skip
    with pytest.raises(StateConflict):
        await shop.do(CancelOrder, placed)
    assert (await shop.wallet()).available_sen == 100_000_00


async def test_a_held_order_whose_work_is_unknown_is_not_cancelled(shop: Shop) -> None:
    """The provider may have done the work: the money stays on hold until its answer is known."""
    placed = await shop.place("hold", provider="simulator")
    await shop.do(RecordFulfilment, placed, outcome="unknown")

    with pytest.raises(StateConflict):
        await shop.do(CancelOrder, placed)

    assert (await shop.wallet()).debits_pending == placed.view.order.total_sen
    assert [t.phase for t in await shop.transfers(placed)] == ["pending"]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_paid_order_is_refunded_first_not_cancelled(shop: Shop) -> None:
    """Cancelling never loses money: a paid order refuses, whoever paid it."""
    paid = await shop.place()
    await shop.pay(paid)
    for placed in (paid, await shop.place("wallet")):
        before = await shop.footprint()
        with pytest.raises(StateConflict) as refused:
            await shop.do(CancelOrder, placed)
        assert refused.value.state == "paid"
        assert await shop.footprint() == before


async def test_a_strangers_order_cannot_be_ended(shop: Shop, engine: Engine) -> None:
    """Another merchant's order, or the other environment's, is not found."""
    placed = await shop.place(expires_at=EPOCH)
    stranger = await open_shop(engine)
    sandbox = Shop(engine, shop.merchant_id, "sandbox", shop.member_id, shop.account_id)
    for asking in (stranger, sandbox):
        for command in (CancelOrder, ExpireOrder):
            with pytest.raises(NotFound):
                await asking.do(command, placed)
    assert (await shop.do(CancelOrder, placed)).order.status == "cancelled"


async def test_an_order_expires_by_its_merchants_test_clock(engine: Engine) -> None:
    """Not a second earlier: the sandbox clock decides, and what was open ends as expired."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    stock_id = await shop.add_stock(2)
    placed = await shop.place(lines=(shop.line(5_000_00, 2, stock_id),), expires_at=EPOCH + timedelta(minutes=15))
    await shop.start_payment(placed)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=15, seconds=-1))
    with pytest.raises(StateConflict) as refused:
        await shop.do(ExpireOrder, placed)
    assert (refused.value.state, refused.value.verb) == ("pending", "expire")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=15))
    view = await shop.do(ExpireOrder, placed)
    assert view.invoice is not None
    assert (view.order.status, view.invoice.status, view.payments[0].status) == ("expired",) * 3
    assert view.order.updated_at == EPOCH + timedelta(minutes=15)
    assert await shop.stock(stock_id) == (2, 0)
    with pytest.raises(StateConflict):
        await shop.do(ExpireOrder, placed)
    assert await check(engine, shop.merchant_id) == []


async def test_the_test_clock_may_run_ahead(engine: Engine) -> None:
    """An offset moves the sandbox only; production keeps the real time."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, offset_s=86_400)
    sandbox, production = engine.now(shop.merchant_id, "sandbox"), engine.now(shop.merchant_id, "production")
    assert timedelta(hours=23, minutes=59) < sandbox - production < timedelta(hours=24, minutes=1)
    placed = await shop.place(expires_at=production + timedelta(hours=1))
    assert (await shop.do(ExpireOrder, placed)).order.status == "expired"


async def test_an_order_without_a_time_never_expires(shop: Shop) -> None:
    """No expiry: there is no moment at which it could run out."""
    with pytest.raises(StateConflict):
        await shop.do(ExpireOrder, await shop.place())


async def test_a_paid_order_never_expires(shop: Shop) -> None:
    """Its time is over, but it was paid in time."""
    placed = await shop.place(expires_at=EPOCH)
    await shop.pay(placed)
    with pytest.raises(StateConflict) as refused:
        await shop.do(ExpireOrder, placed)
    assert refused.value.state == "paid"


async def test_an_order_marked_paid_that_was_left_pending_never_expires(shop: Shop) -> None:
    """People may mark an order paid and leave it where it is: its money counts, so its time does not run out. Nor is
    it swept, nor is an order that was put back into a draft, however late it is."""
    kept, revised = await shop.place(expires_at=EPOCH), await shop.place(expires_at=EPOCH)
    for placed, target, payment in ((kept, "pending", "paid"), (revised, "draft", None)):
        ids = (placed.view.order.order_id,)
        command = ChangeStatus(**shop.owner, channel="test", order_ids=ids, target=target, payment=payment)
        await shop.engine.submit(command)
    for placed in (kept, revised):
        with pytest.raises(StateConflict):
            await shop.do(ExpireOrder, placed)
    async with shop.engine.connection() as connection:
        due = await due_orders(connection, 100_000)
    assert shop.merchant_id not in {merchant_id for merchant_id, _, _ in due}
    overdue = await shop.place(expires_at=EPOCH)
    async with shop.engine.connection() as connection:
        due = await due_orders(connection, 100_000)
    assert (shop.merchant_id, "production", overdue.view.order.order_id) in due
    assert await check(shop.engine, shop.merchant_id) == []
