"""A payer who is played pays what is open, under the lock: nothing else changes, and no money comes late."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.refusals import StateConflict
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment

SOON = EPOCH + timedelta(hours=1)


async def clocked(engine: Engine) -> Shop:
    """A sandbox shop whose clock stands still."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    return shop


@pytest.mark.parametrize("outcome", ["paid", "failed"])
@pytest.mark.parametrize("ended", ["cancelled", "completed", "failed", "expired"])
async def test_in_time_needs_an_open_payment(engine: Engine, ended: str, outcome: str) -> None:
    """Refused with how it stands, by the clock too; not a row changes."""
    shop = await clocked(engine)
    placed = await shop.place()
    view = await shop.start_payment(placed, expires_at=SOON)
    payment_id = view.payments[0].payment_id
    if ended == "cancelled":
        await shop.do(CancelPayment, placed, payment_id=payment_id)
    elif ended == "expired":
        await set_test_clock(engine, shop.merchant_id, frozen_at=SOON)
    else:
        outcome_before = "paid" if ended == "completed" else "failed"
        await shop.do(RecordPayment, placed, payment_id=payment_id, outcome=outcome_before, played="in_time")
    before = await shop.footprint()
    with pytest.raises(StateConflict) as refusal:
        await shop.do(RecordPayment, placed, payment_id=payment_id, outcome=outcome, played="in_time")
    assert (refusal.value.thing, refusal.value.state) == ("payment", ended)
    assert await shop.footprint() == before
    assert await engine.payments.waiting(shop.merchant_id) == []


async def test_in_time_needs_an_order_that_waits(engine: Engine) -> None:
    """An order past its time is paid by nobody, whether or not its payment runs out by itself."""
    shop = await clocked(engine)
    placed = await shop.place(expires_at=SOON)
    view = await shop.start_payment(placed, method="ewallet")
    await set_test_clock(engine, shop.merchant_id, frozen_at=SOON)
    with pytest.raises(StateConflict) as refusal:
        await shop.pay(placed, payment_id=view.payments[0].payment_id, played="in_time")
    assert refusal.value.state == "expired"


async def test_late_is_for_what_ran_out(engine: Engine) -> None:
    """A payment that ran out can be paid late, once; one that was cancelled cannot."""
    shop = await clocked(engine)
    placed, other = await shop.place(), await shop.place()
    view = await shop.start_payment(placed, expires_at=SOON)
    cancelled = await shop.start_payment(other, expires_at=SOON)
    await shop.do(CancelOrder, other)
    await set_test_clock(engine, shop.merchant_id, frozen_at=SOON)
    with pytest.raises(StateConflict):
        await shop.pay(other, payment_id=cancelled.payments[0].payment_id, played="late")
    payment_id = view.payments[0].payment_id
    tried = (shop.pay(placed, payment_id=payment_id, played="late") for _ in range(2))
    answers = await asyncio.gather(*tried, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["OrderView", "StateConflict"]


async def test_a_deposit_is_played_once(engine: Engine) -> None:
    """Paid and failed at once, paid twice, paid after it was cancelled: one outcome, credited once or not at all; late
    is for what ran out alone."""
    shop = await clocked(engine)
    first = await shop.wallet()
    for _ in range(5):
        deposit = await shop.start_deposit()
        both = (shop.with_deposit(RecordDeposit, deposit, outcome=o, played="in_time") for o in ("paid", "failed"))
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["Deposit", "StateConflict"]
    cancelled = await shop.start_deposit()
    await shop.with_deposit(CancelDeposit, cancelled)
    for played in ("in_time", "late"):
        with pytest.raises(StateConflict):
            await shop.with_deposit(RecordDeposit, cancelled, outcome="paid", played=played)
    open_one = await shop.start_deposit(expires_at=SOON)
    with pytest.raises(StateConflict):
        await shop.with_deposit(RecordDeposit, open_one, outcome="paid", played="late")
    await set_test_clock(engine, shop.merchant_id, frozen_at=SOON)
    with pytest.raises(StateConflict):
        await shop.with_deposit(RecordDeposit, open_one, outcome="paid", played="in_time")
    assert (await shop.with_deposit(RecordDeposit, open_one, outcome="paid", played="late")).status == "late"
    [(succeeded,)] = await shop.rows(
        "SELECT count(*) FROM deposits WHERE merchant_id = %s AND status = 'succeeded' AND method <> 'manual'"
    )
    assert (await shop.wallet()).available_sen == first.available_sen + succeeded * 50_000_00
