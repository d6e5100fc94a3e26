"""The outcome of a deposit: paid, failed, run out, late. Money is never lost and never there twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import Deposit
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.merchants.open import set_test_clock


async def pay(shop: Shop, deposit: Deposit, **fields: Any) -> Deposit:
    """Record the deposit as paid."""
    return await shop.with_deposit(RecordDeposit, deposit, outcome="paid", **fields)


async def over(engine: Engine, rule: str | None, swept: bool = True) -> tuple[Shop, Deposit]:
    """A sandbox deposit whose time is over, at a merchant with this rule; swept already or not yet."""
    settings = None if rule is None else {"late_payment": rule}
    shop = await open_shop(engine, environment="sandbox", settings=settings)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    deposit = await shop.start_deposit(expires_at=EPOCH + timedelta(minutes=15))
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=15))
    if swept:
        deposit = await shop.with_deposit(RecordDeposit, deposit, outcome="expired")
    return shop, deposit


async def test_paid_in_time_credits_the_wallet(shop: Shop) -> None:
    """By one transfer from the gateway account, of what the wallet was to get and not of what was paid."""
    deposit = await shop.start_deposit(50_000_00, fee_sen=2_500_00, matching_sen=987_00, note="Isi saldo")
    done = await pay(shop, deposit, provider_reference="gw-7")
    assert (done.status, done.provider_reference) == ("succeeded", "gw-7")
    assert done.completed_at is not None
    transfer = await shop.transfer_of(done)
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    assert (transfer.debit_account_id, transfer.credit_account_id) == (
        accounts["production", "gateway"],
        shop.account_id,
    )
    assert (transfer.amount_sen, transfer.phase, transfer.reason, transfer.note) == (
        50_000_00, "single", "deposit", "Isi saldo",
    )  # fmt: skip
    assert (transfer.order_id, transfer.payment_id, transfer.credit_available_after) == (None, None, 150_000_00)
    assert (await shop.wallet()).available_sen == 150_000_00
    assert (await shop.deposit_events(deposit))[1:] == [
        ("deposit.succeeded", {"status": "succeeded", "was": "pending", "amount_sen": 50_000_00})
    ]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_paid_until_the_last_moment_is_in_time(engine: Engine) -> None:
    """A second before its time is over, also under the rule that holds late money."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    deposit = await shop.start_deposit(expires_at=EPOCH + timedelta(minutes=15))
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=14, seconds=59))
    assert (await pay(shop, deposit)).status == "succeeded"


async def test_the_same_outcome_credits_once(shop: Shop) -> None:
    """A notification that comes twice, at once or later, is refused the second time; nothing is credited again."""
    deposit = await shop.start_deposit()
    outcomes = await asyncio.gather(pay(shop, deposit), pay(shop, deposit), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Deposit, StateConflict]
    before = await shop.footprint()
    with pytest.raises(StateConflict) as refused:
        await pay(shop, deposit)
    assert (refused.value.thing, refused.value.state) == ("deposit", "succeeded")
    assert await shop.footprint() == before
    assert (await shop.wallet()).available_sen == 150_000_00


@pytest.mark.parametrize("outcome", ["failed", "expired"])
async def test_what_did_not_come_credits_nothing(shop: Shop, outcome: str) -> None:
    """It ends with the reason it was given, and cannot end a second time."""
    deposit = await shop.start_deposit()
    fields: dict[str, Any] = {"outcome": outcome, "failure": {"code": "X1"}}
    ended = await shop.with_deposit(RecordDeposit, deposit, **fields)
    assert (ended.status, ended.completed_at, ended.transfer_id) == (outcome, None, None)
    assert (await shop.deposit_events(deposit))[1:] == [
        (f"deposit.{outcome}", {"status": outcome, "was": "pending", "failure": {"code": "X1"}})
    ]
    with pytest.raises(StateConflict):
        await shop.with_deposit(RecordDeposit, deposit, **fields)
    with pytest.raises(StateConflict):
        await shop.with_deposit(CancelDeposit, deposit)
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("rule", [None, "accept", "wallet"])
@pytest.mark.parametrize("swept", [True, False])
async def test_late_money_is_credited_all_the_same(engine: Engine, rule: str | None, swept: bool) -> None:
    """The rules `accept` (the default) and `wallet`: late and accepted in one act, swept or not yet."""
    shop, deposit = await over(engine, rule, swept)
    done = await pay(shop, deposit)
    assert (done.status, done.completed_at) == ("succeeded", EPOCH + timedelta(minutes=15))
    names = [name for name, _ in await shop.deposit_events(deposit)]
    assert names == ["deposit.started", *["deposit.expired"][:swept], "deposit.late", "deposit.succeeded"]
    assert (await shop.wallet()).available_sen == 50_000_00
    assert await check(engine, shop.merchant_id) == []


@pytest.mark.parametrize("swept", [True, False])
async def test_late_money_may_be_held_for_the_operator(engine: Engine, swept: bool) -> None:
    """The rule `hold`: on record as late, the wallet has nothing, and the same news again changes nothing."""
    shop, deposit = await over(engine, "hold", swept)
    held = await pay(shop, deposit, provider_reference="gw-9")
    assert (held.status, held.provider_reference, held.completed_at, held.transfer_id) == ("late", "gw-9", None, None)
    with pytest.raises(StateConflict):
        await pay(shop, deposit)
    assert (await shop.wallet()).available_sen == 0
    # Once, into suspense.
    assert (held.held, held.held_at, await shop.count("transfers")) == (True, held.updated_at, 1)
    assert await check(engine, shop.merchant_id) == []


async def test_held_money_may_be_accepted(engine: Engine) -> None:
    """The operator's word credits the wallet, once."""
    shop, deposit = await over(engine, "hold")
    await pay(shop, deposit)
    resolve = [shop.with_deposit(ResolveLateDeposit, deposit, decision="accept") for _ in range(2)]
    outcomes = await asyncio.gather(*resolve, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Deposit, StateConflict]
    assert (await shop.wallet()).available_sen == 50_000_00
    assert [name for name, _ in await shop.deposit_events(deposit)][-2:] == ["deposit.late", "deposit.succeeded"]
    assert await check(engine, shop.merchant_id) == []


async def test_held_money_may_go_back_to_the_payer(engine: Engine) -> None:
    """Given back it never reaches the wallet, whatever comes afterwards."""
    shop, deposit = await over(engine, "hold")
    await pay(shop, deposit)
    back = await shop.with_deposit(ResolveLateDeposit, deposit, decision="refund")
    assert (back.status, back.transfer_id) == ("refunded", None)
    for again in (
        shop.with_deposit(ResolveLateDeposit, deposit, decision="accept"),
        pay(shop, deposit),
    ):
        with pytest.raises(StateConflict):
            await again
    assert (await shop.wallet()).available_sen == 0
    assert await check(engine, shop.merchant_id) == []


@pytest.mark.parametrize("decision", ["accept", "refund"])
async def test_only_late_money_is_resolved(shop: Shop, decision: str) -> None:
    """An open and a succeeded deposit refuse the operator's decision."""
    deposit = await shop.start_deposit()
    with pytest.raises(StateConflict):
        await shop.with_deposit(ResolveLateDeposit, deposit, decision=decision)
    await pay(shop, deposit)
    with pytest.raises(StateConflict):
        await shop.with_deposit(ResolveLateDeposit, deposit, decision=decision)
    assert (await shop.wallet()).available_sen == 150_000_00


@pytest.mark.parametrize("ended", ["failed", "cancelled"])
async def test_money_for_a_deposit_that_had_ended_is_late(shop: Shop, ended: str) -> None:
    """It was paid after all: the rule for late money decides, here the default."""
    deposit = await shop.start_deposit()
    if ended == "failed":
        await shop.with_deposit(RecordDeposit, deposit, outcome="failed")
    else:
        await shop.with_deposit(CancelDeposit, deposit)
    assert (await pay(shop, deposit)).status == "succeeded"
    assert [name for name, _ in await shop.deposit_events(deposit)][-2:] == ["deposit.late", "deposit.succeeded"]
    assert (await shop.wallet()).available_sen == 150_000_00


async def test_a_strangers_deposit_is_not_found(shop: Shop, engine: Engine) -> None:
    """Neither another merchant nor the other environment can record or resolve it."""
    deposit = await shop.start_deposit()
    stranger = await open_shop(engine)
    for asking in (stranger, replace(shop, environment="sandbox")):
        for command_type, fields in (
            (RecordDeposit, {"outcome": "paid"}),
            (ResolveLateDeposit, {"decision": "accept"}),
        ):
            with pytest.raises(NotFound) as refused:
                await asking.with_deposit(command_type, deposit, **fields)
            assert refused.value.thing == "deposit"
    assert (await shop.wallet()).available_sen == 100_000_00
    assert (await stranger.wallet()).available_sen == 0
