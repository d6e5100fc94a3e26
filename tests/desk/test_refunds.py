"""Refunds at the desk: sent by a person or a gateway, once, and withdrawn when they are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from bank_kit import PRICE
from desk_kit import OPERATOR, OWNER, VIEWER, open_desk, seen, written
from desk_money_kit import GatewayTill, Till, act, gateway_till, open_till
from gerai.app import App
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.gateways.give_back import give_back
from gerai.ports.gateways import RefundSeen


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


@pytest_asyncio.fixture
async def toy(app: App) -> AsyncGenerator[GatewayTill]:
    """The desk of a shop with a gateway; its books agree at the end."""
    async with gateway_till(app) as opened:
        yield opened
        assert await check(opened.within.engine, opened.within.merchant_id) == []


async def owed(till: Till, back_sen: int = PRICE) -> int:
    """A refund of so much that a person is to send."""
    _, paid = await till.paid()
    done = await act(till.within, "payments.refund", id=paid.payment_id, back_sen=back_sen)
    return done.details["refund"]


async def one(within: Within, number: int) -> Any:
    """The refund as it is shown."""
    [row] = await seen(within, "refunds.show", VIEWER, id=number)
    return row


async def test_it_is_sent_once(till: Till) -> None:
    """Said ten times at once, it is booked out once; another reference is refused then, and so is to withdraw it."""
    number = await owed(till)
    assert (await one(till.within, number)).can == ("refunds.done", "refunds.destination", "refunds.withdraw")
    done = await asyncio.gather(*(act(till.within, "refunds.done", id=number, reference="BCA-9") for _ in range(10)))
    assert sum(not said.replayed for said in done) == 1
    assert {said.details["amount_sen"] for said in done} == {PRICE}
    shown = await one(till.within, number)
    assert (shown.status, shown.reference, shown.ended_by, shown.can) == ("done", "BCA-9", "person:7", ())
    for name, given in (("refunds.done", {"reference": "BCA-10"}), ("refunds.withdraw", {})):
        with pytest.raises(StateConflict):
            await act(till.within, name, id=number, **given)
    assert await seen(till.within, "refunds.list", status="owed") == []
    assert [row.id for row in await seen(till.within, "refunds.list", status="done")] == [number]
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_where_it_goes_is_kept(till: Till) -> None:
    """What is not named stays; nothing named is refused."""
    number = await owed(till)
    await act(till.within, "refunds.destination", id=number, bank="BCA", number="123")
    await act(till.within, "refunds.destination", id=number, holder="Ani")
    shown = await one(till.within, number)
    assert (shown.bank, shown.number, shown.holder, shown.to) == ("BCA", "123", "Ani", "BCA, 123, Ani")
    with pytest.raises(InputInvalid):
        await act(till.within, "refunds.destination", id=number)


async def test_what_is_withdrawn_is_the_payment_s_again(till: Till) -> None:
    """With the reason, once, also under one key; it can be given back anew then."""
    number = await owed(till, 20_000_00)
    done = await act(till.within, "refunds.withdraw", key="k", id=number)
    assert (done.replayed, (await act(till.within, "refunds.withdraw", key="k", id=number)).replayed) == (False, True)
    shown = await one(till.within, number)
    assert shown.status == "withdrawn"
    [payment] = await seen(till.within, "payments.show", id=shown.payment_id)
    assert (payment.refunded_sen, payment.left_sen) == (0, PRICE)
    with pytest.raises(StateConflict):
        await act(till.within, "refunds.done", id=number, reference="BCA-1")
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_a_gateway_is_asked_again_or_a_person_takes_it(toy: GatewayTill) -> None:
    """What its gateway refused waits with its words; asked again it is the gateway's, taken back it is a person's."""
    payment = await toy.paid("BNI")
    done = await act(toy.within, "payments.refund", id=payment.payment_id, back_sen=20_000_00)
    assert done.details["sent_by"] == "gateway"
    number = done.details["refund"]
    assert (await one(toy.within, number)).can == ("refunds.take",)
    shop = toy.ani.shop
    shop.toy.refunding = [RefundSeen("denied", code="no", text="closed account")]
    await give_back(shop.engine, shop.desk, shop.merchant_id, payment.order_id, number)
    shown = await one(toy.within, number)
    assert (shown.status, shown.denials) == ("open", 1)
    assert "closed account" in shown.fault
    [waits] = await seen(toy.within, "waiting.list")
    assert (waits.kind, waits.id, waits.amount_sen) == ("refund_refused", number, 20_000_00)
    await act(toy.within, "refunds.again", id=number)
    with pytest.raises(StateConflict):
        await act(toy.within, "refunds.again", id=number)
    await act(toy.within, "refunds.take", id=number)
    taken = await one(toy.within, number)
    assert (taken.status, taken.fault) == ("open", "taken back by person:7")
    await act(toy.within, "refunds.done", id=number, reference="BCA-1")
    assert (await one(toy.within, number)).status == "done"


async def test_what_somebody_took_is_theirs_to_give_back(toy: GatewayTill) -> None:
    """Taken to be sent by hand, it is offered to nobody's gateway again, and another person's or the terminal's word
    is refused, also after a denial: it would go out twice. Whoever took it may say so."""
    payment = await toy.paid("BNI")
    done = await act(toy.within, "payments.refund", id=payment.payment_id, back_sen=20_000_00)
    number, shop = done.details["refund"], toy.ani.shop
    for denials in (0, 1):
        await act(toy.within, "refunds.take", id=number)
        taken = await one(toy.within, number)
        assert (taken.status, taken.denials, taken.fault) == ("open", denials, "taken back by person:7")
        assert "refunds.again" not in taken.can
        [theirs] = await seen(toy.within, "refunds.show", OWNER, id=number)
        assert theirs.can[-1] == "refunds.again"
        kind = "refund_refused" if denials else "refund_to_send"
        for who, offered in ((OWNER, True), (OPERATOR, False), (VIEWER, False)):
            [waits] = await seen(toy.within, "waiting.list", who)
            assert (waits.kind, "refunds.again" in waits.can) == (kind, offered)
        before = await written(toy.within)
        with pytest.raises(StateConflict, match="taken"):
            await act(toy.within, "refunds.again", OPERATOR, id=number)
        assert await written(toy.within) == before
        assert await one(toy.within, number) == taken
        await act(toy.within, "refunds.again", id=number)
        shop.toy.refunding = [RefundSeen("denied", code="no", text="closed account")]
        await give_back(shop.engine, shop.desk, shop.merchant_id, payment.order_id, number)
        assert "refunds.again" in (await one(toy.within, number)).can
        # What its gateway denied may be asked for again by anybody.
        await act(toy.within, "refunds.again", OPERATOR, id=number)
    assert shop.toy.given_back == []


async def test_what_its_gateway_cannot_send_is_a_person_s_at_once(toy: GatewayTill) -> None:
    """The audit has the one act that somebody did, and not what followed by itself."""
    payment = await toy.paid("BCA")
    done = await act(toy.within, "payments.refund", id=payment.payment_id)
    assert done.details["sent_by"] == "you"
    assert [entry.act for _, entry in await written(toy.within)] == ["payments.refund"]
    assert (await one(toy.within, done.details["refund"])).status == "open"


async def test_who_may_and_where(till: Till) -> None:
    """A viewer, another shop and the sandbox move no refund, and only the shop itself sees it."""
    number = await owed(till)
    before = len(await written(till.within))
    elsewhere = (Within(till.within.house, till.within.merchant_id, "sandbox"), await open_desk(till.within.house))
    for name, given in (
        ("refunds.done", {"reference": "BCA-1"}), ("refunds.destination", {"bank": "BCA"}), ("refunds.withdraw", {}),
        ("refunds.again", {}), ("refunds.take", {}),
    ):  # fmt: skip
        with pytest.raises(PermissionMissing):
            await act(till.within, name, VIEWER, id=number, **given)
        for other in elsewhere:
            with pytest.raises(NotFound):
                await act(other, name, id=number, **given)
    for other in elsewhere:
        assert await seen(other, "refunds.show", id=number) == await seen(other, "refunds.list") == []
    assert len(await written(till.within)) == before


async def test_pages(till: Till) -> None:
    """Newest first, page by page."""
    numbers = [await owed(till, 1_000_00) for _ in range(3)]
    first = await seen(till.within, "refunds.list", limit=2)
    rest = await seen(till.within, "refunds.list", limit=2, after=str(first[-1].id))
    assert [row.id for row in (*first, *rest)] == numbers[::-1]
