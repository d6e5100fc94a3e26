"""Payments at the desk: seen as they stand, and confirmed, decided and given back once, to the sen."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bank_kit import PRICE
from desk_kit import OPERATOR, VIEWER, open_desk, seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.refusals import (
    AmountMismatch,
    IdempotencyKeyReused,
    InputInvalid,
    NotFound,
    PermissionMissing,
    RefundTooLarge,
    StateConflict,
)
from gerai.engine.check import check
from gerai.engine.desk.acts.confirm_payment import MoneyCame
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts, look, perform, views
from gerai.engine.payments.record import RecordPayment
from gerai.engine.references import money_under
from gerai.kit.clock import jakarta, real_now


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


async def sound(till: Till) -> bool:
    """Whether the books agree."""
    return await check(till.shop.engine, till.shop.merchant_id) == []


async def listed(within: Within, **wanted: Any) -> list[str]:
    """The codes of the payments that the list shows."""
    return [row.payment for row in await seen(within, "payments.list", VIEWER, **wanted)]


async def test_they_are_found_by_what_they_are(till: Till) -> None:
    """Newest first; by state, method, door, day, and by the numbers that people have; days beyond all others are no
    fault; another shop and the sandbox see none of them."""
    _, first = await till.asked()
    view, paid = await till.paid()
    _, waits = await till.late()
    assert await listed(till.within) == [waits.public_id, paid.public_id, first.public_id]
    for status, found in (("completed", [paid]), ("late", [waits]), ("processing", [first]), ("failed", [])):
        assert await listed(till.within, status=status) == [one.public_id for one in found]
    assert await listed(till.within, method="bank_transfer", door="t", limit=1) == [waits.public_id]
    assert await listed(till.within, method="qris") == await listed(till.within, door="scalev") == []
    today = jakarta(real_now()).date()
    assert len(await listed(till.within, since=today, until=today)) == 3
    assert await listed(till.within, until=today - timedelta(days=1)) == []
    assert await listed(till.within, since=today + timedelta(days=1)) == []
    for text in (paid.public_id, view.order.number, view.order.public_id):
        assert await listed(till.within, text=text) == [paid.public_id]
        assert await listed(till.within, text=text, status="late") == []
        assert await listed(till.within, text=text, since=date(2020, 1, 1), until=date(2020, 1, 2)) == []
    assert len(await listed(till.within, since=date.min, until=date.max)) == 3
    assert await listed(till.within, text=paid.public_id, since=date.min, until=date.max) == [paid.public_id]
    assert await listed(till.within, since=date.max) == await listed(till.within, until=date.min) == []
    assert await listed(till.within, text="none") == []
    sandbox = Within(till.within.house, till.within.merchant_id, "sandbox")
    for elsewhere in (sandbox, await open_desk(till.within.house)):
        assert await listed(elsewhere) == await listed(elsewhere, text=paid.public_id) == []
        assert await seen(elsewhere, "payments.show", id=paid.payment_id) == []


async def test_every_page_follows_the_last(till: Till) -> None:
    """One after the other, also those that were begun at one moment, and where most of what is looked through is of
    another state."""
    made = [(await till.asked())[1].public_id for _ in range(7)]
    async with till.shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET created_at = (SELECT min(created_at) FROM payments WHERE merchant_id = %s) "
            "WHERE merchant_id = %s",
            (till.shop.merchant_id, till.shop.merchant_id),
        )
    for wanted in ({}, {"status": "processing"}):
        after, found, view = "", list[str](), views()["payments.list"]
        while True:
            page = await look(view, till.within, view.filter(after=after, limit=2, **wanted), VIEWER)
            found += [row.payment for row in page.rows]
            if not (after := page.next):
                break
        assert found == made[::-1]


async def test_one_is_shown_whole(till: Till) -> None:
    """Its amounts to the sen, its account, and what went back of it, by whom it is sent."""
    view, paid = await till.paid()
    done = await act(till.within, "payments.refund", id=paid.payment_id, back_sen=20_000_00)
    [shown] = await seen(till.within, "payments.show", VIEWER, id=paid.payment_id)
    assert (shown.asked_sen, shown.amount_sen, shown.matching_sen) == (
        paid.asked_sen, PRICE, paid.asked_sen - PRICE,
    )  # fmt: skip
    assert (shown.refunded_sen, shown.left_sen, shown.fee_sen) == (20_000_00, PRICE - 20_000_00, 0)
    assert (shown.status, shown.method, shown.account) == ("completed", "bank_transfer BCA", "bank_transfer BCA")
    assert (shown.order, shown.order_status) == (view.order.number, "confirmed")
    [refund] = shown.refunds
    assert (refund.id, refund.status, refund.amount_sen, refund.reason) == (
        done.details["refund"], "open", 20_000_00, "dicek di bank",
    )  # fmt: skip
    assert shown.can == ("payments.refund",)


async def test_money_is_confirmed_once(till: Till) -> None:
    """By its payment, its order or what was asked, ten at once: booked once, and the audit says by whom and why."""
    view, payment = await till.asked()
    given = {"id": payment.payment_id, "came_sen": payment.asked_sen, "reference": "BCA-1"}
    done = await asyncio.gather(*(act(till.within, "payments.confirm", OPERATOR, **given) for _ in range(10)))
    assert sum(not one.replayed for one in done) == 1
    assert {one.id for one in done} == {str(payment.payment_id)}
    details = {
        "order": view.order.number, "order_status": "confirmed", "payment": payment.public_id,
        "payment_status": "completed", "amount_sen": payment.asked_sen,
    }  # fmt: skip
    assert done[0].details == details
    after, paid = await till.now(view)
    assert (paid.status, after.order.charged_sen, len(after.payments)) == ("completed", PRICE, 1)
    [(_, entry)] = await written(till.within)
    assert (entry.act, entry.actor, entry.reason, entry.target) == (
        "payments.confirm", "9", "dicek di bank", str(view.order.order_id),
    )  # fmt: skip
    assert entry.facts["amount_sen"] == payment.asked_sen
    with pytest.raises(StateConflict, match="pay again"):
        await act(till.within, "payments.confirm", id=payment.payment_id)
    assert await sound(till)


async def test_a_reference_is_one_money_at_every_face(till: Till) -> None:
    """What was booked at the terminal under the bank's reference is not booked again here, and for nothing else."""
    view, payment = await till.asked()
    other, unpaid = await till.asked()
    command = RecordPayment(
        **till.shop.names, order_id=view.order.order_id, outcome="paid", payment_id=payment.payment_id,
        by="operator:ani", reference="BCA-7",
    )  # fmt: skip
    await till.shop.engine.submit(command, money_under("BCA-7", f"order {view.order.order_id}"))
    again = await act(till.within, "payments.confirm", id=view.order.order_id, reference="BCA-7")
    assert again.replayed
    with pytest.raises(IdempotencyKeyReused):
        await act(till.within, "payments.confirm", id=unpaid.payment_id, reference="BCA-7")
    assert (await till.now(other))[0].order.charged_sen == 0
    assert await sound(till)


async def test_nothing_is_booked_by_a_guess(till: Till) -> None:
    """Another amount, the price where more was asked, an unknown method: refused, and nothing is booked. As cash the
    price alone pays."""
    view, payment = await till.asked()
    order_id = view.order.order_id
    for wrong in (PRICE - 1_00, payment.asked_sen + 1):
        for number in (order_id, payment.payment_id):
            with pytest.raises(AmountMismatch):
                await act(till.within, "payments.confirm", id=number, came_sen=wrong)
    with pytest.raises(InputInvalid, match="asked for"):
        await act(till.within, "payments.confirm", id=order_id, came_sen=PRICE)
    with pytest.raises(InputInvalid, match="how"):
        await act(till.within, "payments.confirm", id=order_id, how="kerang")
    assert (await till.now(view))[0].order.charged_sen == 0
    assert await written(till.within) == []
    done = await act(till.within, "payments.confirm", id=order_id, how="cash")
    assert (done.details["amount_sen"], done.details["payment_status"]) == (PRICE, "completed")
    paid, by_bank = await till.paid()
    with pytest.raises(InputInvalid, match="which is completed"):
        await act(till.within, "payments.confirm", id=paid.order.order_id, came_sen=by_bank.asked_sen)
    assert await sound(till)


async def test_late_money_is_decided_once(till: Till) -> None:
    """Into the wallet, back to its payer, each once; what is not late is refused, and so is to accept it for an order
    that stays cancelled."""
    (_, first), (_, second) = await till.late(), await till.late()
    done = await asyncio.gather(
        *(act(till.within, "payments.resolve", id=first.payment_id, decision="wallet") for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, StateConflict) for one in done) == 3
    assert await till.balance() == first.amount_sen
    with pytest.raises(StateConflict):
        await act(till.within, "payments.resolve", id=second.payment_id, decision="accept")
    back = await act(till.within, "payments.resolve", key="k", id=second.payment_id, decision="refund")
    assert (back.details["sent_by"], back.details["amount_sen"]) == ("you", second.amount_sen)
    again = await act(till.within, "payments.resolve", key="k", id=second.payment_id, decision="refund")
    assert again.replayed
    [refund] = await seen(till.within, "refunds.list", status="owed")
    assert (refund.id, refund.amount_sen, refund.reason) == (
        back.details["refund"], second.amount_sen, "dicek di bank",
    )  # fmt: skip
    assert [entry.act for _, entry in await written(till.within)].count("payments.resolve") == 2
    assert await sound(till)


async def test_money_goes_back_no_further_than_it_came(till: Till) -> None:
    """A part once under its reference, also of four at once; another amount under the same reference and more than is
    left are refused; the rest ends the order, and goes into the wallet."""
    view, paid = await till.paid()
    part = {"id": paid.payment_id, "back_sen": 15_000_00, "reference": "R-1"}
    done = await asyncio.gather(*(act(till.within, "payments.refund", **part) for _ in range(4)))
    assert sum(not one.replayed for one in done) == 1
    assert {one.details["refunded_sen"] for one in done} == {15_000_00}
    with pytest.raises(IdempotencyKeyReused):
        await act(till.within, "payments.refund", **(part | {"back_sen": 16_000_00}))
    with pytest.raises(RefundTooLarge):
        await act(till.within, "payments.refund", id=paid.payment_id, back_sen=PRICE - 15_000_00 + 1_00)
    with pytest.raises(InputInvalid, match="whole rupiah"):
        await act(till.within, "payments.refund", id=paid.payment_id, back_sen=1_50)
    rest = await act(till.within, "payments.refund", id=paid.payment_id, to="wallet")
    assert (rest.details["left_sen"], rest.details["sent_by"]) == (0, "wallet")
    after, refunded = await till.now(view)
    assert (after.order.status, refunded.status, await till.balance()) == ("cancelled", "refunded", PRICE - 15_000_00)
    assert await sound(till)


async def test_who_may_and_where(till: Till) -> None:
    """A viewer, somebody without a reason, another shop and the sandbox move nothing; every act of money is grave."""
    _, payment = await till.asked()
    _, waits = await till.late()
    before = len(await written(till.within))
    sandbox = Within(till.within.house, till.within.merchant_id, "sandbox")
    elsewhere = (sandbox, await open_desk(till.within.house))
    for name, given in (
        ("payments.confirm", {"id": payment.payment_id}),
        ("payments.resolve", {"id": waits.payment_id, "decision": "wallet"}),
        ("payments.refund", {"id": payment.payment_id}),
    ):
        with pytest.raises(PermissionMissing):
            await act(till.within, name, VIEWER, **given)
        for other in elsewhere:
            with pytest.raises(NotFound):
                await act(other, name, **given)
        assert acts()[name].grave
        assert acts()[name].reasoned
    with pytest.raises(InputInvalid, match="reason"):
        await perform(acts()["payments.confirm"], till.within, MoneyCame(id=payment.payment_id), OPERATOR)
    assert (len(await written(till.within)), await till.balance()) == (before, 0)
    assert await sound(till)
