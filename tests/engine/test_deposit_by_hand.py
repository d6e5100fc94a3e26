"""Money an operator puts into a wallet: a deposit that succeeds in the act that makes it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from engine_kit import Shop, key_of, open_shop
from gerai.domain.filters import DepositFilter, Scope
from gerai.domain.money import MAX_SEN
from gerai.domain.refusals import AmountOutOfRange, NotFound
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit


async def test_it_is_a_transfer_from_funding(shop: Shop) -> None:
    """The wallet has more, the statement says since when and why."""
    account = await shop.deposit(250_00, note="bonus")
    assert (account.available_sen, account.credits_posted) == (100_250_00, 100_250_00)
    [latest, opening] = await shop.engine.wallets.statement(shop.merchant_id, shop.account_id, None, 10)
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    assert latest.debit_account_id == accounts["production", "funding"]
    assert (latest.amount_sen, latest.reason, latest.note) == (250_00, "deposit", "bonus")
    assert (latest.credit_available_after, opening.credit_available_after) == (100_250_00, 100_000_00)
    assert await shop.engine.wallets.statement(shop.merchant_id, shop.account_id, latest.transfer_id, 10) == [opening]


async def test_it_leaves_a_deposit(shop: Shop) -> None:
    """A succeeded deposit of the member names that transfer; its public page's secret has 128 bits and more."""
    await shop.deposit(250_00, note="bonus")
    scope = Scope(shop.merchant_id, "production", "", shop.member_id)
    [deposit, opening] = await shop.engine.deposits.page(scope, DepositFilter(), 10)
    assert (deposit.status, deposit.method, deposit.channel_code, deposit.note) == ("succeeded", "manual", "", "bonus")
    assert (deposit.amount_sen, deposit.fee_sen, deposit.pay_sen) == (250_00, 0, 250_00)
    assert (deposit.account_id, deposit.public_id) == (shop.account_id, f"manual-{deposit.deposit_id}")
    assert deposit.completed_at == deposit.created_at
    assert (await shop.transfer_of(deposit)).amount_sen == 250_00
    assert len(deposit.secret) >= 22
    assert deposit.secret != opening.secret
    assert await shop.deposit_events(deposit) == [
        ("deposit.started", {"status": "pending", "method": "manual", "amount_sen": 250_00}),
        ("deposit.succeeded", {"status": "succeeded", "was": "pending", "amount_sen": 250_00}),
    ]


async def test_money_an_operator_saw_arrive_comes_from_outside(shop: Shop) -> None:
    """With the method of a payment method the money is the payer's: it comes from the gateway account. The door's code
    is kept."""
    deposit_id = shop.engine.ids.next()
    await shop.deposit(250_00, method="bank_transfer", channel="test", deposit_id=deposit_id, public_id="D1")
    scope = Scope(shop.merchant_id, "production", "test")
    [deposit] = await shop.engine.deposits.page(scope, DepositFilter(), 10)
    assert (deposit.deposit_id, deposit.public_id, deposit.method) == (deposit_id, "D1", "bank_transfer")
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    assert (await shop.transfer_of(deposit)).debit_account_id == accounts["production", "gateway"]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_many_at_once_all_arrive(shop: Shop) -> None:
    """Two hundred deposits into one wallet, given at once: none is lost, and each saw the one before it."""
    answers = await asyncio.gather(*(shop.deposit(1_00) for _ in range(200)))
    assert sorted(answer.available_sen for answer in answers) == [100_000_00 + n * 100 for n in range(1, 201)]
    assert (await shop.wallet()).available_sen == 100_200_00
    assert await shop.count("deposits") == 201
    assert await check(shop.engine, shop.merchant_id) == []


async def test_the_same_twice_at_once_credits_once(shop: Shop) -> None:
    """Under one idempotency key both answers show the wallet after the one deposit there is."""
    command = ManualDeposit(**shop.owner, account_id=shop.account_id, amount_sen=250_00)
    sent = (shop.engine.submit(command, key_of("by-hand")) for _ in range(2))
    one, other = await asyncio.gather(*sent)
    assert (one.replayed, other.replayed) == (False, True)
    assert one.answer == other.answer
    assert (await shop.wallet()).available_sen == 100_250_00
    assert await shop.count("deposits") == 2


async def test_only_a_wallet_of_this_merchant_and_environment_takes_it(shop: Shop, engine: Engine) -> None:
    """A system account, another merchant's wallet, and the other environment's are not found."""
    stranger = await open_shop(engine)
    sales = engine.directory.merchant(shop.merchant_id).accounts["production", "sales"]
    for asking in (
        replace(shop, account_id=sales),
        replace(shop, account_id=stranger.account_id),
        replace(shop, environment="sandbox"),
    ):
        with pytest.raises(NotFound):
            await asking.deposit(1_00)
    assert (await shop.count("transfers"), await shop.count("deposits")) == (1, 1)
    assert (await stranger.count("transfers"), await stranger.count("deposits")) == (0, 0)


@pytest.mark.parametrize("amount_sen", [0, -1, MAX_SEN + 1])
async def test_a_deposit_of_nothing_or_too_much_is_refused(shop: Shop, amount_sen: int) -> None:
    """Nothing, less than nothing, and more than the server's maximum: refused without a trace."""
    before = await shop.footprint()
    with pytest.raises(AmountOutOfRange):
        await shop.deposit(amount_sen)
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await shop.footprint() == before
