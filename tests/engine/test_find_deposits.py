"""Deposits are found by their owner, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine_kit import Shop, open_shop
from gerai.domain.filters import DepositFilter, Scope
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.merchants.open import add_member


async def test_by_code(shop: Shop, engine: Engine) -> None:
    """The owner's environment, channel and member must fit; otherwise nothing is found."""
    deposit = await shop.start_deposit()
    found, code = engine.deposits, deposit.public_id
    stranger = await open_shop(engine)
    assert await found.by_id(shop.merchant_id, deposit.deposit_id) == deposit
    assert await found.by_id(stranger.merchant_id, deposit.deposit_id) is None
    assert await found.by_public_id(Scope(shop.merchant_id, "production", "test"), code) == deposit
    assert await found.by_public_id(Scope(shop.merchant_id, "production", "test", shop.member_id), code) == deposit
    for merchant_id, environment, channel, public_id, member_id in (
        (stranger.merchant_id, "production", "test", code, None),
        (shop.merchant_id, "sandbox", "test", code, None),
        (shop.merchant_id, "production", "other", code, None),
        (shop.merchant_id, "production", "test", "dep-0", None),
        (shop.merchant_id, "production", "test", code, stranger.member_id),
    ):
        assert await found.by_public_id(Scope(merchant_id, environment, channel, member_id), public_id) is None


async def test_lists_are_paged_by_key(shop: Shop, engine: Engine) -> None:
    """Newest first, page after page, of one member, environment and channel; states can be asked for."""
    member_id, wallets = await add_member(engine, shop.merchant_id, "test", "neighbour", "Neighbour")
    neighbour = replace(shop, member_id=member_id, account_id=wallets["production"])
    made = [await shop.start_deposit() for _ in range(5)]
    theirs = await neighbour.start_deposit()
    await replace(shop, environment="sandbox", account_id=await _sandbox_wallet(shop)).start_deposit()
    await shop.start_deposit(channel="other")
    ended = await shop.with_deposit(CancelDeposit, made[2])

    async def ids(**asked: Any) -> list[int]:
        limit, scope = (
            asked.pop("limit", 10),
            Scope(shop.merchant_id, "production", "test", asked.pop("member_id", None)),
        )
        return [deposit.deposit_id for deposit in await engine.deposits.page(scope, DepositFilter(**asked), limit)]

    newest_first = [deposit.deposit_id for deposit in reversed(made)]
    assert await ids() == [theirs.deposit_id, *newest_first]
    assert await ids(member_id=shop.member_id) == newest_first
    assert await ids(member_id=shop.member_id, limit=2) == newest_first[:2]
    assert await ids(member_id=shop.member_id, limit=2, before_id=newest_first[1]) == newest_first[2:4]
    assert await ids(member_id=shop.member_id, before_id=newest_first[-1]) == []
    assert await ids(statuses=("cancelled", "succeeded")) == [ended.deposit_id]


async def _sandbox_wallet(shop: Shop) -> int:
    text = "SELECT account_id FROM accounts WHERE merchant_id = %s AND environment = 'sandbox' AND member_id = %s"
    [(account_id,)] = await shop.rows(text, shop.member_id)
    return account_id
