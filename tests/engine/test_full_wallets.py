"""Sums beyond what a bigint holds: one wallet refuses more than it can count, the books add up any number of them."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from engine_kit import Shop, open_shop
from gerai.domain.money import MAX_SEN, MAX_TOTAL_SEN
from gerai.domain.refusals import AmountOutOfRange
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.payments.refund import RefundPayment

#: So many of the largest amounts fit into a wallet.
FITS = MAX_TOTAL_SEN // MAX_SEN


@pytest_asyncio.fixture
async def full(shop: Shop) -> Shop:
    """The shop, its member's wallet as full as the largest deposits make it."""
    await asyncio.gather(*(shop.deposit(MAX_SEN) for _ in range(FITS)))
    return shop


async def test_a_full_wallet_refuses_by_name_and_harms_nobody(full: Shop, engine: Engine) -> None:
    """One deposit more is out of range, with what still fits; nothing of it is written, and what other members do at
    the same moment is done."""
    other, room = await open_shop(engine), MAX_TOTAL_SEN - FITS * MAX_SEN - 100_000_00
    before = await full.wallet()
    results = await asyncio.gather(
        full.deposit(MAX_SEN), *(other.deposit(1_000_00) for _ in range(3)), return_exceptions=True
    )
    assert isinstance(results[0], AmountOutOfRange)
    assert results[0].facts() == {"given_sen": MAX_SEN, "minimum_sen": 0, "maximum_sen": room}
    assert await full.wallet() == before
    assert (await other.wallet()).available_sen == 3_000_00
    fits = room // 100_00 * 100_00
    assert (await full.deposit(fits)).credits_posted == before.credits_posted + fits


async def test_the_books_are_checked_whatever_they_sum_up_to(full: Shop) -> None:
    """What the seller funded is more than a bigint holds, over two wallets: every invariant holds."""
    second = await open_shop(full.engine)
    assert await check(full.engine, full.merchant_id) == []
    [(funded,)] = await full.rows("SELECT sum(amount_sen) FROM transfers WHERE merchant_id = %s")
    assert funded <= MAX_TOTAL_SEN
    # Orders of the largest amount, each paid from outside: sales alone are beyond it.
    for _ in range(FITS + 1):
        await second.pay(await second.place(total_sen=MAX_SEN))
    [(sold,)] = await second.rows("SELECT sum(amount_sen) FROM transfers WHERE merchant_id = %s")
    assert sold > MAX_TOTAL_SEN
    assert await check(second.engine, second.merchant_id) == []


async def test_money_that_fits_in_no_wallet_waits_for_a_person(full: Shop) -> None:
    """An order of a full wallet's member fails: its money is announced as due, and its payer can have it back."""
    member = {"account_id": full.account_id, "member_id": full.member_id}
    paid = await full.pay(await full.place(total_sen=MAX_SEN, provider="simulator", **member))
    with pytest.raises(AmountOutOfRange):
        await full.do(RefundPayment, paid, payment_id=paid.payments[0].payment_id, amount_sen=MAX_SEN, to="wallet")
    failed = (await full.do(RecordFulfilment, paid, outcome="done", failed=1, error="sold out")).view
    assert (failed.order.status, failed.order.refunded_sen) == ("failed", 0)
    assert (await full.events(paid))[-1] == "refund.due"
    back = await full.do(RefundPayment, failed, payment_id=paid.payments[0].payment_id, amount_sen=MAX_SEN)
    assert back.order.refunded_sen == MAX_SEN
    assert await check(full.engine, full.merchant_id) == []


async def test_late_money_that_fits_in_no_wallet_is_held(engine: Engine) -> None:
    """It comes a second time, for a member whose wallet is full: it waits as late, and is not lost."""
    shop = await open_shop(engine)
    await asyncio.gather(*(shop.deposit(MAX_SEN) for _ in range(FITS)))
    member = {"account_id": shop.account_id, "member_id": shop.member_id}
    placed = await shop.place(total_sen=MAX_SEN, **member)
    await shop.pay(placed)
    again = await shop.pay(placed)
    assert sorted(payment.status for payment in again.payments) == ["completed", "late"]
    assert await check(engine, shop.merchant_id) == []
