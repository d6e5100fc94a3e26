"""Top-ups at the desk: seen, confirmed and decided once, each sen in the wallet or on its way back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from desk_kit import VIEWER, open_desk, seen, written
from desk_money_kit import GatewayTill, act, gateway_till
from gateway_kit import PRICE
from gerai.app import App
from gerai.domain.refusals import AmountMismatch, IdempotencyKeyReused, NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def toy(app: App) -> AsyncGenerator[GatewayTill]:
    """The desk of a shop with a gateway; its books agree at the end."""
    async with gateway_till(app) as opened:
        yield opened
        assert await check(opened.within.engine, opened.within.merchant_id) == []


async def test_it_is_confirmed_once(toy: GatewayTill) -> None:
    """Ten at once under the bank's reference fill the wallet once; another top-up does not get the same money."""
    deposit, other = await toy.ani.started("BCA"), await toy.ani.started("BCA")
    given = {"id": deposit.deposit_id, "reference": "BCA-1"}
    done = await asyncio.gather(*(act(toy.within, "topups.confirm", **given) for _ in range(10)))
    assert sum(not one.replayed for one in done) == 1
    assert done[0].details == {"code": deposit.public_id, "status": "succeeded", "amount_sen": PRICE}
    assert await toy.ani.balance() == PRICE
    with pytest.raises(IdempotencyKeyReused):
        await act(toy.within, "topups.confirm", id=other.deposit_id, reference="BCA-1")
    for wrong in (deposit.pay_sen - 1, deposit.pay_sen + 1_00):
        with pytest.raises(AmountMismatch):
            await act(toy.within, "topups.confirm", id=other.deposit_id, arrived_sen=wrong)
    with pytest.raises(StateConflict):
        await act(toy.within, "topups.confirm", id=deposit.deposit_id)
    [(_, entry)] = await written(toy.within)
    assert (entry.act, entry.target, entry.facts["amount_sen"]) == (
        "topups.confirm", str(deposit.deposit_id), deposit.pay_sen,
    )  # fmt: skip
    assert await toy.ani.balance() == PRICE


async def test_late_money_is_decided_once(toy: GatewayTill) -> None:
    """Into the wallet once, of several at once; or back to its payer, by its gateway."""
    first, second = await toy.late_top_up(), await toy.late_top_up()
    [row] = await seen(toy.within, "topups.list", VIEWER, text=first.public_id)
    assert (row.status, row.amount_sen, row.can) == ("late", PRICE, ("topups.resolve",))
    done = await asyncio.gather(
        *(act(toy.within, "topups.resolve", id=first.deposit_id, decision="accept") for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, StateConflict) for one in done) == 3
    assert await toy.ani.stands(first) == ("succeeded", PRICE)
    back = await act(toy.within, "topups.resolve", key="k", id=second.deposit_id, decision="refund")
    assert (back.details["sent_by"], back.details["amount_sen"]) == ("gateway", PRICE)
    assert (await act(toy.within, "topups.resolve", key="k", id=second.deposit_id, decision="refund")).replayed
    [refund] = await seen(toy.within, "refunds.list", status="owed")
    assert (refund.deposit_id, refund.payment_id, refund.order, refund.payment) == (
        second.deposit_id, None, "", second.public_id,
    )  # fmt: skip


async def test_another_amount_is_seen_and_taken_as_it_came(toy: GatewayTill) -> None:
    """What came instead is listed, is not taken for the right amount unless somebody says so, and is what the wallet
    gets."""
    deposit = await toy.ani.started("BCA")
    toy.ani.shop.toy.pays(deposit, paid_sen=PRICE - 7_000_00)
    await toy.ani.shop.look(deposit)
    [waits] = await seen(toy.within, "waiting.list")
    assert (waits.kind, waits.id, waits.amount_sen, waits.things) == (
        "other_top_up", deposit.deposit_id, PRICE - 7_000_00, "topups",
    )  # fmt: skip
    assert "Rp43.000" in waits.what.id
    assert "Rp50.000" in waits.what.en
    with pytest.raises(AmountMismatch):
        await act(toy.within, "topups.confirm", id=deposit.deposit_id)
    await act(toy.within, "topups.resolve", id=deposit.deposit_id, decision="accept")
    assert await toy.ani.stands(deposit) == ("succeeded", PRICE - 7_000_00)
    assert await seen(toy.within, "waiting.list") == []


async def test_they_are_found_by_what_they_are(toy: GatewayTill) -> None:
    """By state, method, member and code, newest first and page by page; one whole."""
    made = [await toy.ani.started("BCA") for _ in range(3)]
    first = await seen(toy.within, "topups.list", VIEWER, limit=2)
    rest = await seen(toy.within, "topups.list", VIEWER, limit=2, after=str(first[-1].id))
    assert [row.id for row in (*first, *rest)] == [one.deposit_id for one in made[::-1]]
    assert len(await seen(toy.within, "topups.list", status="pending", method="va", member=toy.ani.member_id)) == 3
    for nothing in ({"status": "late"}, {"method": "qris"}, {"member": 1}, {"text": "none"}):
        assert await seen(toy.within, "topups.list", **nothing) == []
    [shown] = await seen(toy.within, "topups.show", VIEWER, id=made[0].deposit_id)
    assert (shown.code, shown.asked_sen, shown.amount_sen, shown.member_id, shown.can) == (
        made[0].public_id, made[0].pay_sen, PRICE, toy.ani.member_id, ("topups.confirm",),
    )  # fmt: skip


async def test_who_may_and_where(toy: GatewayTill) -> None:
    """A viewer, another shop and the sandbox decide nothing, and only the shop itself sees it."""
    deposit = await toy.late_top_up()
    elsewhere = (Within(toy.within.house, toy.within.merchant_id, "sandbox"), await open_desk(toy.within.house))
    for name, given in (("topups.confirm", {}), ("topups.resolve", {"decision": "accept"})):
        with pytest.raises(PermissionMissing):
            await act(toy.within, name, VIEWER, id=deposit.deposit_id, **given)
        for other in elsewhere:
            with pytest.raises(NotFound):
                await act(other, name, id=deposit.deposit_id, **given)
    for other in elsewhere:
        assert await seen(other, "topups.list") == await seen(other, "topups.show", id=deposit.deposit_id) == []
    assert (await written(toy.within), await toy.ani.balance()) == ([], 0)
