"""Starting a deposit, and giving one up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, key_of, open_shop
from gerai.domain.money import MAX_SEN
from gerai.domain.refusals import AmountOutOfRange, Broken, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit


async def test_a_started_deposit_shows_what_the_payer_must_see(shop: Shop) -> None:
    """It is pending with its instructions, and what must be paid in all; the wallet has nothing of it yet."""
    deposit = await shop.start_deposit(
        50_000_00, fee_sen=2_500_00, matching_sen=987_00, reference="top-up-1", provider_reference="gw-7",
        note="Isi saldo", expires_at=EPOCH,
    )  # fmt: skip
    assert (deposit.status, deposit.method, deposit.channel_code) == ("pending", "va", "BCA")
    assert (deposit.amount_sen, deposit.fee_sen, deposit.pay_sen) == (50_000_00, 2_500_00, 53_487_00)
    assert (deposit.reference, deposit.provider_reference, deposit.note) == ("top-up-1", "gw-7", "Isi saldo")
    assert deposit.instructions == {"kind": "code", "code": "8808123"}
    assert (deposit.member_id, deposit.account_id) == (shop.member_id, shop.account_id)
    assert (deposit.expires_at, deposit.completed_at, deposit.transfer_id) == (EPOCH, None, None)
    assert await shop.deposit_events(deposit) == [
        ("deposit.started", {"status": "pending", "method": "va", "amount_sen": 50_000_00})
    ]
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await shop.count("transfers") == 1
    assert await check(shop.engine, shop.merchant_id) == []


async def test_several_deposits_may_be_open(shop: Shop) -> None:
    """A member who changes their mind starts another one; both stay open."""
    one, other = await shop.start_deposit(), await shop.start_deposit(method="qris")
    assert (one.status, other.status) == ("pending", "pending")
    assert one.deposit_id != other.deposit_id


async def test_the_same_start_twice_at_once_makes_one(shop: Shop) -> None:
    """Under one idempotency key both answers are the one deposit."""
    command = shop.new_deposit()
    one, other = await asyncio.gather(*(shop.engine.submit(command, key_of("top-up")) for _ in range(2)))
    assert (one.replayed, other.replayed) == (False, True)
    assert one.answer == other.answer
    assert await shop.count("deposits") == 2


async def test_a_code_is_one_deposits(shop: Shop) -> None:
    """A second deposit with the code of the first is rejected by the database, and its rows with it."""
    first = await shop.start_deposit()
    before = await shop.footprint()
    with pytest.raises(Broken):
        await shop.start_deposit(public_id=first.public_id)
    assert await shop.footprint() == before
    assert (await shop.start_deposit(public_id=first.public_id, channel="another")).status == "pending"


@pytest.mark.parametrize("amounts", [{"amount_sen": 0}, {"amount_sen": -1}, {"fee_sen": MAX_SEN}])
async def test_amounts_that_cannot_be(shop: Shop, amounts: dict[str, Any]) -> None:
    """Nothing, less than nothing, or more than the server's maximum to pay: refused without a trace."""
    before = await shop.footprint()
    with pytest.raises(AmountOutOfRange):
        await shop.start_deposit(**amounts)
    assert await shop.footprint() == before


async def test_only_into_a_wallet_of_this_merchant_and_environment(shop: Shop, engine: Engine) -> None:
    """A system account, another merchant's wallet, and the other environment's are not found."""
    stranger = await open_shop(engine)
    gateway = engine.directory.merchant(shop.merchant_id).accounts["production", "gateway"]
    before = await shop.footprint()
    for asking in (
        replace(shop, account_id=gateway),
        replace(shop, account_id=stranger.account_id),
        replace(shop, environment="sandbox"),
    ):
        with pytest.raises(NotFound) as refused:
            await asking.start_deposit()
        assert refused.value.thing == "wallet"
    assert await shop.footprint() == before
    assert await stranger.count("deposits") == 0


async def test_a_deposit_can_be_given_up(shop: Shop) -> None:
    """A cancelled deposit ends with its reason; cancelling twice is refused."""
    deposit = await shop.start_deposit()
    ended = await shop.with_deposit(CancelDeposit, deposit, reason="changed my mind")
    assert (ended.status, ended.completed_at, ended.transfer_id) == ("cancelled", None, None)
    assert (await shop.deposit_events(deposit))[1:] == [
        ("deposit.cancelled", {"status": "cancelled", "was": "pending", "reason": "changed my mind"})
    ]
    with pytest.raises(StateConflict) as refused:
        await shop.with_deposit(CancelDeposit, deposit)
    assert refused.value.facts() == {
        "thing": "deposit", "id": deposit.public_id, "state": "cancelled", "verb": "cancel", "more": (),
    }  # fmt: skip
    assert (await shop.wallet()).available_sen == 100_000_00


async def test_a_strangers_deposit_cannot_be_given_up(shop: Shop, engine: Engine) -> None:
    """Another merchant and the other environment do not find it; it stays open."""
    deposit = await shop.start_deposit()
    for asking in (await open_shop(engine), replace(shop, environment="sandbox")):
        with pytest.raises(NotFound) as refused:
            await asking.with_deposit(CancelDeposit, deposit)
        assert refused.value.thing == "deposit"
    assert (await shop.with_deposit(CancelDeposit, deposit)).status == "cancelled"
