"""Top-ups that go back to their payer: late, or of another amount; through the gateway that took them, once, whatever
breaks, or by a person's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from engine_kit import another_engine
from gateway_kit import PRICE, GatewayShop, gateway_shop, lapsed
from gerai.domain.money import rupiah
from gerai.domain.records import Deposit, RefundTask
from gerai.domain.refusals import InputInvalid, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.follow import to_look_at
from gerai.engine.gateways.give_back import give_back, refund_key
from gerai.engine.gateways.refund import HandOver, RecordRefund, TakeBack
from gerai.engine.merchants.open import change_settings
from gerai.engine.payment_steps import GIVE_BACK_TASK
from gerai.engine.payments.end_refund import AddressRefund, FinishRefund, WithdrawRefund
from gerai.kit.http import Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, RefundSeen, Seen
from top_up_kit import TopUps, top_ups


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    await change_settings(engine, found.merchant_id, {"late_payment": "hold"})
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


@pytest_asyncio.fixture
async def ani(shop: GatewayShop) -> TopUps:
    return await top_ups(shop)


async def late(ani: TopUps, channel: str = "BNI", method: str = "va", **seen: Any) -> Deposit:
    """A top-up of Rp50.000 that was paid at its gateway after it was cancelled."""
    deposit = await ani.started(channel, method=method)
    await ani.shop.engine.submit(CancelDeposit(**ani.names(deposit)))
    ani.shop.toy.pays(deposit, **seen)
    await ani.shop.look(deposit)
    return await ani.now(deposit)


def back(ani: TopUps, deposit: Deposit, decision: Any = "refund") -> ResolveLateDeposit:
    return ResolveLateDeposit(**ani.names(deposit), decision=decision, note="paid twice", by="Sari")


async def goes_back(ani: TopUps, deposit: Deposit) -> RefundTask:
    """It is to go back, and its gateway was not asked yet."""
    await ani.shop.engine.submit(back(ani, deposit))
    return (await ani.shop.engine.payments.refunds(ani.shop.merchant_id))[-1].task


async def job(shop: GatewayShop, task: RefundTask) -> RefundTask:
    """The job of the refund, once; how the task stands afterwards."""
    await give_back(shop.engine, shop.desk, shop.merchant_id, None, task.task_id)
    return await now(shop, task)


async def now(shop: GatewayShop, task: RefundTask) -> RefundTask:
    found = await shop.engine.payments.refund(shop.merchant_id, task.task_id)
    assert found is not None
    return found.task


async def act(shop: GatewayShop, kind: Any, task: RefundTask, **fields: Any) -> Any:
    of = {"merchant_id": shop.merchant_id, "environment": "production", **task.of, "task_id": task.task_id}
    return (await shop.engine.submit(kind(**(of | {"by": "Budi"} | fields)))).answer


async def booked(shop: GatewayShop, deposit: Deposit) -> list[tuple[str, int]]:
    """What of the ledger names the deposit, in order."""
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT reason, amount_sen FROM transfers WHERE merchant_id = %s AND payment_id = %s ORDER BY transfer_id",
            (shop.merchant_id, deposit.deposit_id),
        )
        return [(reason, sen) for reason, sen in await cursor.fetchall()]


async def test_the_gateway_sends_it_and_it_is_booked_once(shop: GatewayShop, ani: TopUps) -> None:
    """Decided, it is owed, and with the gateway: nobody sends it by hand meanwhile, nor decides again. Sent, it leaves
    the books, once however often the job comes, and its history says so."""
    deposit = await late(ani)
    assert await booked(shop, deposit) == [("late", PRICE)]
    task = await goes_back(ani, deposit)
    assert (task.order_id, task.payment_id, task.amount_sen, task.source) == (
        None,
        deposit.deposit_id,
        PRICE,
        "suspense",
    )
    assert (task.status, task.reason, task.asked_by) == ("sending", "paid twice", "Sari")
    assert await shop.jobs(deposit, GIVE_BACK_TASK) == [0]
    assert await ani.stands(deposit) == ("refunded", 0)
    # It waits for the gateway, not for a person.
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    assert await shop.engine.deposits.late(shop.merchant_id, 10) == []
    for kind, fields in ((FinishRefund, {"reference": "BCA-1"}), (WithdrawRefund, {}), (HandOver, {})):
        with pytest.raises(StateConflict):
            await act(shop, kind, task, **fields)
    for again in (back(ani, deposit), back(ani, deposit, "accept")):
        with pytest.raises(StateConflict):
            await shop.engine.submit(again)
    done = await job(shop, task)
    assert (done.status, done.reference, done.ended_by, done.contract_id) == (
        "done", f"toy-{refund_key(deposit, task)}", "Toy", shop.contract.contract_id,
    )  # fmt: skip
    await asyncio.gather(*(job(shop, task) for _ in range(5)))
    assert shop.toy.given_back == [(deposit.public_id, PRICE)]
    assert await booked(shop, deposit) == [("late", PRICE), ("refund", PRICE), ("refund_sent", PRICE)]
    assert [name for name, _ in await ani.events(deposit)][-3:] == ["deposit.late", "deposit.refunded", "refund.sent"]
    # What the gateway reports of it then is no news.
    await shop.engine.submit(seen_of(deposit, Seen("refunded", "toy", PRICE, refunded_sen=PRICE)))
    assert await to_look_at(shop.engine, shop.merchant_id) == []


async def test_two_decide_at_once(dsn: str, shop: GatewayShop, ani: TopUps) -> None:
    """Refunded or accepted by several people at once, in two processes: one decision counts."""
    for decisions in (("refund",) * 4, ("refund", "accept") * 2):
        deposit, before = await late(ani), await ani.balance()
        async with another_engine(dsn) as other:
            ends = await asyncio.gather(
                *(
                    engine.submit(back(ani, deposit, decision))
                    for engine, decision in zip((shop.engine, other) * 2, decisions, strict=True)
                ),
                return_exceptions=True,
            )
        assert len([end for end in ends if isinstance(end, StateConflict)]) == 3
        status, after = await ani.stands(deposit)
        tasks = [one.task for one in await shop.engine.payments.refunds(shop.merchant_id) if one.task.status != "done"]
        mine = [one for one in tasks if one.payment_id == deposit.deposit_id]
        assert (len(mine), after - before) == ((1, 0) if status == "refunded" else (0, PRICE))
        for task in mine:
            await asyncio.gather(*(job(shop, task) for _ in range(2)))
        assert shop.toy.given_back.count((deposit.public_id, PRICE)) == len(mine)


async def test_a_lost_answer_is_found_and_not_sent_twice(shop: GatewayShop, ani: TopUps) -> None:
    """It was made, and its answer lost: the next run finds it. It was not made: it is asked for once more by the same
    key, but not before ten minutes have passed; unreached, it is asked when the job comes again."""
    for outcome, made, asked in (
        (OutcomeUnknown("TimeoutError"), True, 1), (OutcomeUnknown("TimeoutError"), False, 2),
        (Unreachable("ConnectError"), True, 2),
    ):  # fmt: skip
        shop.toy.given_back, shop.toy.asked, shop.toy.made = [], [], True
        deposit = await late(ani)
        task = await goes_back(ani, deposit)
        shop.toy.refunding, shop.toy.made = [outcome], made
        waits = await job(shop, task)
        assert (waits.status, waits.looks, waits.denials, waits.fault) == ("sending", 1, 0, "")
        assert [round(wait_s) for wait_s in await shop.jobs(deposit, GIVE_BACK_TASK)] == [0, 60]
        assert await booked(shop, deposit) == [("late", PRICE), ("refund", PRICE)]
        shop.toy.made = True
        if not made:
            assert (await job(shop, task)).status == "sending"
            await lapsed(shop, task)
        assert (await job(shop, task)).status == "done"
        assert shop.toy.given_back == [(deposit.public_id, PRICE)]
        assert len([1 for what, _ in shop.toy.asked if what == "refund"]) == asked


async def test_while_nobody_knows_it_is_seen(shop: GatewayShop, ani: TopUps) -> None:
    """A look without an answer asks for nothing; after a week it is listed among what a person should look at."""
    task = await goes_back(ani, await late(ani))
    shop.toy.hidden = True
    for _ in range(171):
        await job(shop, task)
    assert "refund" not in {what for what, _ in shop.toy.asked}
    assert "for a week" in (await now(shop, task)).fault
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (listed.why, listed.amount_sen, listed.order_id, listed.order_number) == ("to send", PRICE, None, "")
    shop.toy.hidden = False
    assert (await job(shop, task)).status == "done"


async def test_what_it_will_not_give_back_is_a_persons(shop: GatewayShop, ani: TopUps) -> None:
    """Denied, or nothing that this way gives back: the task says why, and a person sends it from the bank, or has it
    asked for again by another key; what they take back, the gateway may have sent all the same, and that is said."""
    deposit = await late(ani)
    task = await goes_back(ani, deposit)
    shop.toy.refunding = [GatewayRefused("412", "balance too low")]
    assert ((denied := await job(shop, task)).status, denied.fault) == ("open", "Toy: 412 balance too low")
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (listed.why, listed.payment) == ("to send", deposit.public_id)
    await act(shop, HandOver, task)
    shop.toy.refunding = [RefundSeen("pending", "toy-1")]
    await job(shop, task)
    await lapsed(shop, task)
    await act(shop, TakeBack, task)
    told = await act(shop, RecordRefund, task, outcome="done", reference="toy-9", by="Toy", denials=1)
    assert (told.status, told.fault) == ("open", "Toy gave it back as well (toy-9): it must not be sent twice")
    await act(shop, HandOver, task)
    shop.toy.refunds.clear()
    assert (await job(shop, task)).status == "done"

    by_hand = await goes_back(ani, await late(ani, "BCA"))
    handed = await job(shop, by_hand)
    assert (handed.status, handed.fault) == ("open", "the gateway gives nothing back that was paid this way")
    kept = await act(shop, AddressRefund, by_hand, destination={"bank": "BCA", "number": "1", "holder": "Ani"})
    assert kept.destination == {"bank": "BCA", "number": "1", "holder": "Ani"}
    finish = [act(shop, FinishRefund, by_hand, reference="BCA-1") for _ in range(3)]
    assert sorted([one.booked for one in await asyncio.gather(*finish)]) == [False, False, True]
    for wrong in ({"deposit_id": deposit.deposit_id}, {"order_id": 1, "deposit_id": None}, {"environment": "sandbox"}):
        with pytest.raises(NotFound):
            await act(shop, FinishRefund, by_hand, reference="BCA-1", **wrong)


@pytest.mark.parametrize("paid_sen", [rupiah(1), PRICE - 100, PRICE + 100])
async def test_another_amount_goes_back_to_the_rupiah(shop: GatewayShop, ani: TopUps, paid_sen: int) -> None:
    """Never what was asked for: through the gateway, whole, also where a channel gives back only that."""
    for channel, method in (("BNI", "va"), ("QRIS", "qris")):
        deposit = await ani.started(channel, method=method)
        shop.toy.pays(deposit, paid_sen=paid_sen)
        await shop.look(deposit)
        assert await ani.stands(deposit) == ("pending", 0)
        task = await goes_back(ani, deposit)
        assert (task.amount_sen, (await ani.now(deposit)).status) == (paid_sen, "refunded")
        assert (await job(shop, task)).status == "done"
        assert shop.toy.given_back[-1] == (deposit.public_id, paid_sen)
        assert await booked(shop, deposit) == [("late", paid_sen), ("refund", paid_sen), ("refund_sent", paid_sen)]
    assert await to_look_at(shop.engine, shop.merchant_id) == []
    assert await ani.balance() == 0


@pytest.mark.parametrize("paid_sen", [rupiah(1), PRICE + 100])
async def test_another_amount_is_accepted_as_it_came(shop: GatewayShop, ani: TopUps, paid_sen: int) -> None:
    """The wallet gets exactly that, once, and the top-up is one of that amount; also after it ran out."""
    for ends in (False, True):
        before = await ani.balance()
        deposit = await ani.started()
        shop.toy.pays(deposit, paid_sen=paid_sen)
        await shop.look(deposit)
        if ends:
            await shop.engine.submit(RecordDeposit(**ani.names(deposit), outcome="expired"))
        done = (await shop.engine.submit(back(ani, deposit, "accept"))).answer
        assert (done.status, done.amount_sen, done.pay_sen, done.came_sen) == ("succeeded", paid_sen, paid_sen, None)
        with pytest.raises(StateConflict):
            await shop.engine.submit(back(ani, deposit, "accept"))
        assert await ani.balance() == before + paid_sen
        assert [name for name, _ in await ani.events(deposit)][-2:] == ["deposit.late", "deposit.succeeded"]


async def test_it_is_not_sent_after_all(shop: GatewayShop, ani: TopUps) -> None:
    """Withdrawn, the money waits again, and may be accepted, or go back by another task: what was paid once leaves
    once."""
    deposit = await late(ani, "BCA")
    task = await goes_back(ani, deposit)
    await job(shop, task)
    await act(shop, WithdrawRefund, task, note="he wants it after all")
    assert await ani.stands(deposit) == ("late", 0)
    assert [one.public_id for one in await shop.engine.deposits.late(shop.merchant_id, 10)] == [deposit.public_id]
    again = await goes_back(ani, deposit)
    assert again.task_id != task.task_id
    await job(shop, again)
    await act(shop, WithdrawRefund, again)
    await shop.engine.submit(back(ani, deposit, "accept"))
    assert await ani.stands(deposit) == ("succeeded", PRICE)
    with pytest.raises(StateConflict):
        await act(shop, FinishRefund, again, reference="x")


async def test_an_account_of_the_sellers_own(shop: GatewayShop, ani: TopUps) -> None:
    """No gateway took it: a task for a person, who cannot hand it over, and it leaves what is in the own account."""
    deposit = await late(ani)
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE deposits SET contract_id = NULL WHERE merchant_id = %s AND deposit_id = %s",
            (shop.merchant_id, deposit.deposit_id),
        )
    task = await goes_back(ani, deposit)
    assert (task.status, await shop.jobs(deposit, GIVE_BACK_TASK)) == ("open", [])
    with pytest.raises(InputInvalid):
        await act(shop, HandOver, task)
    await act(shop, FinishRefund, task, reference="BCA-7")
    assert shop.toy.given_back == []


async def test_in_the_sandbox_it_has_gone(shop: GatewayShop, ani: TopUps) -> None:
    """The gateway's sandbox has nothing to send where a way gives nothing back: it has gone."""
    sandbox = await gateway_shop(shop.engine, environment="sandbox")
    async with sandbox.desk:
        await change_settings(shop.engine, sandbox.merchant_id, {"late_payment": "hold"})
        budi = await top_ups(sandbox, "sandbox")
        deposit = await late(budi, "BCA")
        await sandbox.engine.submit(back(budi, deposit))
        [listed] = await sandbox.engine.payments.refunds(sandbox.merchant_id)
        assert (await job(sandbox, listed.task)).reference == f"sandbox {listed.task.task_id}"
    assert await check(shop.engine, sandbox.merchant_id) == []
