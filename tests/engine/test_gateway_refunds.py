"""Refunds that a gateway sends: asked for once, whatever breaks, and a person's only when it certainly gave nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from engine_kit import another_engine
from gateway_kit import PRICE, GatewayShop, gateway_shop, lapsed
from gerai.domain.records import Payment, RefundTask
from gerai.domain.refusals import InputInvalid, RefundTooLarge, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.give_back import give_back, refund_key
from gerai.engine.gateways.refund import HandOver, RecordRefund, TakeBack
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payment_steps import GIVE_BACK_TASK
from gerai.engine.payments.end_refund import FinishRefund, WithdrawRefund
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.kit.http import Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, RefundSeen

HALF = PRICE // 2
OWED, SENT = "refund", "refund_sent"


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


async def paid(shop: GatewayShop, channel: str = "BNI") -> Payment:
    """An order whose buyer paid at the gateway; BNI gives back parts, BCA nothing."""
    payment = await shop.started(channel)
    shop.toy.pays(payment)
    await shop.look(payment)
    return (await shop.now(payment)).payments[-1]


def back(shop: GatewayShop, payment: Payment, amount_sen: int = PRICE) -> RefundPayment:
    """So much of it is to go back."""
    return RefundPayment(
        **owner(shop), order_id=payment.order_id, payment_id=payment.payment_id, amount_sen=amount_sen, by="Sari"
    )


async def refunded(shop: GatewayShop, payment: Payment, amount_sen: int = PRICE) -> RefundTask:
    """So much of it is to go back, and its gateway was not asked yet."""
    await shop.engine.submit(back(shop, payment, amount_sen))
    return (await shop.engine.payments.refunds(shop.merchant_id))[-1].task


def owner(shop: GatewayShop) -> dict[str, Any]:
    return {"merchant_id": shop.merchant_id, "environment": "production"}


async def act(shop: GatewayShop, kind: Any, task: RefundTask, **fields: Any) -> Any:
    command = kind(**owner(shop), order_id=task.order_id, task_id=task.task_id, **({"by": "Budi"} | fields))
    return (await shop.engine.submit(command)).answer


async def job(shop: GatewayShop, task: RefundTask) -> RefundTask:
    """The job of the refund, once; how the task stands afterwards."""
    await give_back(shop.engine, shop.desk, shop.merchant_id, task.order_id, task.task_id)
    return await now(shop, task)


async def now(shop: GatewayShop, task: RefundTask) -> RefundTask:
    found = await shop.engine.payments.refund(shop.merchant_id, task.task_id)
    assert found is not None
    return found.task


async def booked(shop: GatewayShop, task: RefundTask) -> list[str]:
    """What of the ledger is about going back."""
    transfers = await shop.engine.wallets.of_order(shop.merchant_id, task.order_id)
    return [one.reason for one in transfers if one.reason.startswith("refund")]


async def test_the_gateway_sends_it_and_it_is_booked_once(shop: GatewayShop) -> None:
    """Decided, the money is owed, and with the gateway: nobody sends it by hand meanwhile. Sent, it leaves the books,
    once however often the job comes."""
    payment = await paid(shop)
    task = await refunded(shop, payment)
    assert (task.status, await shop.jobs(payment, GIVE_BACK_TASK)) == ("sending", [0])
    assert await booked(shop, task) == [OWED]
    # It waits for the gateway, not for a person.
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    for kind, fields in ((FinishRefund, {"reference": "BCA-1"}), (WithdrawRefund, {}), (HandOver, {})):
        with pytest.raises(StateConflict):
            await act(shop, kind, task, **fields)
    done = await job(shop, task)
    assert (done.status, done.reference, done.ended_by) == ("done", f"toy-{refund_key(payment, task)}", "Toy")
    await asyncio.gather(*(job(shop, task) for _ in range(5)))
    assert shop.toy.given_back == [(payment.public_id, PRICE)]
    assert await booked(shop, task) == [OWED, SENT]


async def test_parts_are_refunds_of_their_own(shop: GatewayShop) -> None:
    """Two halves have two keys, and never more goes back than was paid."""
    payment = await paid(shop)
    tasks = [await refunded(shop, payment, HALF) for _ in range(2)]
    await asyncio.gather(*(job(shop, task) for task in tasks))
    assert [(await now(shop, task)).status for task in tasks] == ["done", "done"]
    assert shop.toy.given_back == [(payment.public_id, HALF)] * 2
    assert len({refund_key(payment, task) for task in tasks}) == 2


async def test_a_lost_answer_is_found_and_not_sent_twice(shop: GatewayShop) -> None:
    """It was made, and its answer lost, or the process died right after: the next run finds it. It was not made: it is
    asked for once more by the same key, but not before ten minutes have passed. Unreachable: nothing was done, and it
    is asked when the job comes again."""
    for outcome, made, asked in (
        (OutcomeUnknown("TimeoutError"), True, 1), (OutcomeUnknown("TimeoutError"), False, 2),
        (Unreachable("ConnectError"), True, 2),
    ):  # fmt: skip
        shop.toy.given_back, shop.toy.asked, shop.toy.made = [], [], True
        payment = await paid(shop)
        task = await refunded(shop, payment)
        shop.toy.refunding, shop.toy.made = [outcome], made
        waits = await job(shop, task)
        assert (waits.status, waits.looks, waits.denials, waits.fault) == ("sending", 1, 0, "")
        assert [round(wait_s) for wait_s in await shop.jobs(payment, GIVE_BACK_TASK)] == [0, 60]
        assert await booked(shop, task) == [OWED]
        shop.toy.made = True
        if not made:
            assert (await job(shop, task)).status == "sending"
            await lapsed(shop, task)
        assert (await job(shop, task)).status == "done"
        assert shop.toy.given_back == [(payment.public_id, PRICE)]
        assert len([1 for what, _ in shop.toy.asked if what == "refund"]) == asked


async def test_it_is_not_asked_for_while_nobody_knows_whether_it_was(shop: GatewayShop) -> None:
    """Where a look gets no answer, nothing is asked: what was sent already would be sent again by a gateway that keeps
    no keys."""
    task = await refunded(shop, await paid(shop))
    shop.toy.hidden = True
    for looks in (1, 2):
        assert ((await job(shop, task)).status, (await now(shop, task)).looks) == ("sending", looks)
    assert "refund" not in {what for what, _ in shop.toy.asked}


async def test_one_that_waits_there_is_looked_at_ever_more_seldom(shop: GatewayShop) -> None:
    """Pending is not done: a minute later, 4, 10, then each hour; after a week a person is asked to look."""
    payment = await paid(shop)
    task = await refunded(shop, payment)
    shop.toy.refunding = [RefundSeen("pending", "toy-1")]
    for _ in range(5):
        await job(shop, task)
    waits = [round(wait_s / 60) for wait_s in await shop.jobs(payment, GIVE_BACK_TASK)]
    assert waits == [0, 1, 4, 10, 60, 60]
    assert ((await now(shop, task)).status, await booked(shop, task)) == ("sending", [OWED])
    for _ in range(166):
        await job(shop, task)
    assert "for a week" in (await now(shop, task)).fault
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (listed.why, listed.amount_sen) == ("to send", PRICE)
    shop.toy.refunds[refund_key(payment, task)] = RefundSeen("done", "toy-1")
    done = await job(shop, task)
    assert (done.status, done.fault) == ("done", "")


async def test_what_it_will_not_give_back_is_a_persons(shop: GatewayShop) -> None:
    """Denied, refused, or nothing that this way gives back: the task says why and waits for a person, who sends it, or
    has it asked for again, by another key, as a gateway keeps its no under the old one."""
    payment = await paid(shop)
    task = await refunded(shop, payment)
    shop.toy.refunding = [GatewayRefused("412", "balance too low"), RefundSeen("denied", code="202")]
    assert ((handed := await job(shop, task)).status, handed.fault) == ("open", "Toy: 412 balance too low")
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert listed.why == "to send"
    # Nobody asks by itself again.
    assert (await job(shop, task)) == handed
    await act(shop, HandOver, task)
    assert (await job(shop, task)).fault == "Toy: 202"
    await act(shop, HandOver, task)
    assert (await job(shop, task)).status == "done"
    keys = [key for what, key in shop.toy.asked if what == "refund"]
    assert len(set(keys)) == 3
    assert shop.toy.given_back == [(payment.public_id, PRICE)]
    happened = await shop.engine.events.of_orders(shop.merchant_id, [payment.order_id])
    assert [one.name for one in happened if one.name.startswith("refund.")] == [
        "refund.denied", "refund.handed_over", "refund.denied", "refund.handed_over", "refund.sent",
    ]  # fmt: skip

    by_hand = await refunded(shop, await paid(shop, "BCA"))
    handed = await job(shop, by_hand)
    assert (handed.status, handed.fault) == ("open", "the gateway gives nothing back that was paid this way")
    assert (await act(shop, FinishRefund, by_hand, reference="BCA-1")).booked


async def test_a_person_takes_it_and_the_gateway_sends_it_all_the_same(shop: GatewayShop) -> None:
    """Taken back, it is no longer asked for; what the gateway says afterwards is written where the person sees it, and
    books nothing."""
    task = await refunded(shop, await paid(shop))
    shop.toy.refunding, shop.toy.made = [OutcomeUnknown("TimeoutError")], False
    await job(shop, task)
    with pytest.raises(StateConflict):
        # It is on its way there, for all that anybody knows.
        await act(shop, TakeBack, task)
    await lapsed(shop, task)
    taken = await act(shop, TakeBack, task)
    assert (taken.status, taken.fault) == ("open", "taken back by Budi")
    with pytest.raises(StateConflict):
        await act(shop, TakeBack, task)
    await job(shop, task)
    assert shop.toy.given_back == []
    told = await act(shop, RecordRefund, task, outcome="done", reference="toy-9", by="Toy", denials=0)
    assert (told.status, told.fault) == ("open", "Toy gave it back as well (toy-9): it must not be sent twice")
    assert await booked(shop, task) == [OWED]
    await act(shop, WithdrawRefund, task)


async def test_late_money_goes_back_through_its_gateway(shop: GatewayShop) -> None:
    """Paid after the order was cancelled and held: the refund is asked of the gateway like any other."""
    payment = await shop.started("BNI")
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    await shop.engine.submit(CancelOrder(**owner(shop), order_id=payment.order_id))
    shop.toy.pays(payment)
    await shop.look(payment)
    assert (await shop.stands(payment))[0] == "late"
    await shop.engine.submit(
        ResolveLate(**owner(shop), order_id=payment.order_id, payment_id=payment.payment_id, decision="refund", by="S")
    )
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    assert (listed.task.source, listed.task.status) == ("suspense", "sending")
    assert (await job(shop, listed.task)).status == "done"
    assert shop.toy.given_back == [(payment.public_id, PRICE)]


async def test_what_no_gateway_took_is_not_handed_to_one(shop: GatewayShop) -> None:
    """A payment in cash has no gateway to ask."""
    view = await shop.ordered()
    cash = RecordPayment(**owner(shop), order_id=view.order.order_id, outcome="paid", method="cash")
    after = (await shop.engine.submit(cash)).answer
    task = await refunded(shop, after.payments[-1])
    assert task.status == "open"
    with pytest.raises(InputInvalid):
        await act(shop, HandOver, task)
    assert await job(shop, task) == task
    await act(shop, FinishRefund, task, reference="cash")


async def test_two_processes_ask_once(shop: GatewayShop, dsn: str) -> None:
    """Two people refund at once, in two processes: never more than was paid is asked back."""
    payment = await paid(shop)
    async with another_engine(dsn) as other:
        twice = (one.submit(back(shop, payment)) for one in (shop.engine, other))
        ends = await asyncio.gather(*twice, return_exceptions=True)
    assert len([end for end in ends if isinstance(end, StateConflict | RefundTooLarge)]) == 1
    for listed in await shop.engine.payments.refunds(shop.merchant_id):
        await job(shop, listed.task)
    assert shop.toy.given_back == [(payment.public_id, PRICE)]


async def test_what_an_older_run_heard_changes_nothing(shop: GatewayShop) -> None:
    """A denial is told late, after a person had the refund asked for again by a new key: the new one is not handed to
    a person by it, who would send what the gateway sends."""
    task = await refunded(shop, await paid(shop))
    for outcome in ("denied", "denied"):
        await act(shop, RecordRefund, task, outcome=outcome, fault="Toy: 202", by="Toy", denials=0)
    assert ((await now(shop, task)).status, (await now(shop, task)).denials) == ("open", 1)
    handed = await act(shop, HandOver, task)
    for outcome in ("denied", "pending"):
        assert await act(shop, RecordRefund, task, outcome=outcome, fault="late", by="Toy", denials=0) == handed
    assert (await job(shop, task)).status == "done"
