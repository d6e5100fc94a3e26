"""Money put into a wallet from outside."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from engine_kit import Shop, open_shop

from gerai.domain.refusals import NotFound
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.wallet import find


async def test_a_deposit_is_a_transfer_from_funding(shop: Shop) -> None:
    """The wallet has more, the statement says since when and why."""
    account = await shop.deposit(250_00)
    assert (account.available_sen, account.credits_posted) == (100_250_00, 100_250_00)
    [latest, opening] = await find.statement(shop.engine.reads, shop.merchant_id, shop.account_id, None, 10)
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    assert latest.debit_account_id == accounts["production", "funding"]
    assert (latest.amount_sen, latest.reason, latest.credit_available_after) == (250_00, "deposit", 100_250_00)
    assert opening.credit_available_after == 100_000_00
    assert await find.statement(shop.engine.reads, shop.merchant_id, shop.account_id, latest.transfer_id, 10) == [
        opening
    ]


async def test_many_deposits_at_once_all_arrive(shop: Shop) -> None:
    """Two hundred deposits into one wallet, given at once: none is lost, and each saw the one before it."""
    answers = await asyncio.gather(*(shop.deposit(1_00) for _ in range(200)))
    assert sorted(answer.available_sen for answer in answers) == [100_000_00 + n * 100 for n in range(1, 201)]
    assert (await shop.wallet()).available_sen == 100_200_00
    assert await check(shop.engine.reads, shop.merchant_id) == []


async def test_only_a_wallet_of_this_merchant_and_environment_takes_deposits(shop: Shop, engine: Engine) -> None:
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
    assert await shop.count("transfers") == 1
    assert await stranger.count("transfers") == 0


@pytest.mark.parametrize("amount_sen", [0, -1])
async def test_less_than_something_is_not_a_deposit(shop: Shop, amount_sen: int) -> None:
    """A deposit of nothing or less never changes a wallet."""
    with pytest.raises(Exception, match="broken"):
        await shop.deposit(amount_sen)
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await shop.count("transfers") == 1
