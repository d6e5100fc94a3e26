"""Real money that goes back to its payer is owed until a person has sent it: booked once, never more than was paid."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine_kit import Shop, another_engine, open_shop
from gerai.domain.records import OrderView, RefundTask
from gerai.domain.refusals import InputInvalid, NotFound, RefundTooLarge, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.place import Placed
from gerai.engine.payments.end_refund import AddressRefund, FinishRefund, WithdrawRefund
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate

IN = ("gateway", "sales", 5_000_00, "payment")
OWED = ("sales", "refunds_owed", 5_000_00, "refund")
SENT = ("refunds_owed", "gateway", 5_000_00, "refund_sent")


@pytest.fixture
async def real(engine: Engine) -> Shop:
    """A shop whose production moves real money; what comes late waits for a decision."""
    return await open_shop(engine, settings={"late_payment": "hold"}, simulated=False)


async def paid(shop: Shop, **order: Any) -> tuple[Placed, int]:
    """An order of Rp5.000 that was paid in cash, and its payment's id."""
    placed = await shop.place(**order)
    return placed, (await shop.pay(placed, method="cash")).payments[0].payment_id


async def refunded(shop: Shop, amount_sen: int = 5_000_00, **order: Any) -> tuple[OrderView, RefundTask]:
    """An order of which so much was given back, and the task of that."""
    placed, payment_id = await paid(shop, **order)
    view = await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=amount_sen, note="torn", by="Sari")
    return view, (await shop.engine.payments.refunds(shop.merchant_id))[-1].task


async def act(shop: Shop, kind: Any, task: RefundTask, **fields: Any) -> Any:
    """Submit a command about a task."""
    names = {"order_id": task.order_id, "task_id": task.task_id, "by": "Budi"}
    return (await shop.engine.submit(kind(**shop.owner, **(names | fields)))).answer


async def now(shop: Shop, view: OrderView) -> OrderView:
    found = await shop.engine.orders.by_id(shop.merchant_id, view.order.order_id)
    assert found is not None
    return found


async def told(shop: Shop, view: OrderView) -> list[str]:
    return [name for name in await shop.events(view) if name.startswith(("refund.", "payment.refunded"))]


async def test_it_is_owed_until_it_was_sent(real: Shop) -> None:
    """The refund is seen at once as before; its money stands in an account of its own, and in the list, with amount,
    order, reason and who asked; when it was sent it leaves by the gateway."""
    view, task = await refunded(real)
    assert view.invoice is not None
    assert (view.payments[0].status, view.invoice.status, view.order.status) == ("refunded", "refunded", "failed")
    assert (task.amount_sen, task.status, task.source, task.reason, task.asked_by, task.destination) == (
        5_000_00, "open", "sales", "torn", "Sari", {},
    )  # fmt: skip
    assert await real.flows(view) == [IN, OWED]
    [waits] = await real.engine.payments.waiting(real.merchant_id)
    assert (waits.why, waits.amount_sen, waits.order_number) == ("to send", 5_000_00, view.order.number)
    assert await check(real.engine, real.merchant_id) == []

    done = await act(real, FinishRefund, task, reference="BCA-1")
    assert (done.booked, done.task.status, done.task.reference, done.task.ended_by) == (True, "done", "BCA-1", "Budi")
    assert done.task.ended_at is not None
    assert await real.flows(view) == [IN, OWED, SENT]
    assert await told(real, view) == ["payment.refunded", "refund.sent"]
    assert await real.engine.payments.refunds(real.merchant_id) == []
    assert await real.engine.payments.waiting(real.merchant_id) == []
    [kept] = await real.engine.payments.refunds(real.merchant_id, ended=True)
    assert kept.task == done.task
    assert await check(real.engine, real.merchant_id) == []


async def test_what_is_known_of_the_payer_is_kept(real: Shop) -> None:
    """Bank, number and holder may be filled in later, piece by piece, until it was sent; other names are refused."""
    _, task = await refunded(real)
    await act(real, AddressRefund, task, destination={"holder": "Ani", "bank": "BCA"})
    kept = await act(real, AddressRefund, task, destination={"bank": "BNI", "number": "0123"})
    assert kept.destination == {"holder": "Ani", "bank": "BNI", "number": "0123"}
    with pytest.raises(InputInvalid):
        await act(real, AddressRefund, task, destination={"bnak": "BCA"})
    await act(real, FinishRefund, task, reference="BCA-1")
    with pytest.raises(StateConflict) as refused:
        await act(real, AddressRefund, task, destination={"bank": "BCA"})
    assert (refused.value.thing, refused.value.state) == ("refund", "done")
    [listed] = await real.engine.payments.refunds(real.merchant_id, ended=True)
    assert listed.task.destination == kept.destination


async def test_play_money_needs_nobody(shop: Shop, engine: Engine) -> None:
    """At a simulated merchant, and in the sandbox of a real one, it has gone as it always had: no task, no account."""
    sandbox = await open_shop(engine, environment="sandbox", simulated=False)
    for place in (shop, sandbox):
        placed, payment_id = await paid(place)
        view = await place.do(RefundPayment, placed, payment_id=payment_id, amount_sen=5_000_00)
        assert await place.flows(view) == [IN, ("sales", "gateway", 5_000_00, "refund")]
        assert await place.engine.payments.refunds(place.merchant_id, ended=True) == []
        assert await check(engine, place.merchant_id) == []


async def test_what_goes_into_a_wallet_is_nobodys_task(real: Shop) -> None:
    """The member has it already."""
    placed, payment_id = await paid(real, account_id=real.account_id, member_id=real.member_id)
    await real.do(RefundPayment, placed, payment_id=payment_id, amount_sen=5_000_00, to="wallet")
    assert await real.engine.payments.refunds(real.merchant_id, ended=True) == []
    assert (await real.wallet()).available_sen == 5_000_00


async def late(shop: Shop) -> tuple[OrderView, int]:
    """An order that was cancelled before its money came."""
    placed = await shop.place()
    await shop.do(CancelOrder, placed)
    view = await shop.pay(placed, method="cash")
    return view, view.payments[0].payment_id


async def test_late_money_that_goes_back_is_sent_too(real: Shop) -> None:
    """Decided to go back, it leaves suspense and is owed; withdrawn, it is late again and waits for a decision."""
    view, payment_id = await late(real)
    await real.do(ResolveLate, view, payment_id=payment_id, decision="refund", note="asked for it", by="Sari")
    [listed] = await real.engine.payments.refunds(real.merchant_id)
    assert (listed.task.source, listed.task.reason, listed.task.asked_by) == ("suspense", "asked for it", "Sari")
    assert (await now(real, view)).payments[0].status == "refunded"
    await act(real, WithdrawRefund, listed.task, note="wrong one")
    after = await now(real, view)
    assert (after.payments[0].status, after.payments[0].refunded_sen) == ("late", 0)
    assert [w.why for w in await real.engine.payments.waiting(real.merchant_id)] == ["late"]
    await real.do(ResolveLate, view, payment_id=payment_id, decision="refund")
    [again] = await real.engine.payments.refunds(real.merchant_id)
    await act(real, FinishRefund, again.task, reference="BCA-2")
    assert await real.flows(view) == [
        ("gateway", "suspense", 5_000_00, "late"), ("suspense", "refunds_owed", 5_000_00, "refund"),
        ("refunds_owed", "suspense", 5_000_00, "refund_withdrawn"), ("suspense", "refunds_owed", 5_000_00, "refund"),
        SENT,
    ]  # fmt: skip
    assert await check(real.engine, real.merchant_id) == []


async def test_a_withdrawn_refund_is_as_if_it_had_not_been(real: Shop) -> None:
    """Payment and invoice are paid again; the order, which ended with the refund, stays ended, and its money waits for
    another decision."""
    view, task = await refunded(real, after_payment="confirm")
    assert view.order.status == "cancelled"
    withdrawn = await act(real, WithdrawRefund, task, note="wants the goods")
    after = await now(real, view)
    assert after.invoice is not None
    assert (withdrawn.status, after.payments[0].status, after.payments[0].refunded_sen) == ("withdrawn", "completed", 0)
    assert (after.invoice.status, after.order.status, after.order.refunded_sen) == ("paid", "cancelled", 0)
    assert await real.flows(view) == [IN, OWED, ("refunds_owed", "sales", 5_000_00, "refund_withdrawn")]
    assert await told(real, view) == ["payment.refunded", "refund.withdrawn"]
    assert [w.why for w in await real.engine.payments.waiting(real.merchant_id)] == ["cancelled"]
    with pytest.raises(StateConflict):
        await act(real, FinishRefund, task, reference="BCA-1")
    assert await check(real.engine, real.merchant_id) == []


async def test_it_is_booked_once_however_often_it_is_said(dsn: str, real: Shop) -> None:
    """Repeated with its reference, one after the other and at once through two engines, nothing more is booked; another
    reference, and no reference, are refused."""
    view, task = await refunded(real)
    with pytest.raises(InputInvalid):
        await act(real, FinishRefund, task, reference="")
    command = FinishRefund(**real.owner, order_id=task.order_id, task_id=task.task_id, by="Budi", reference="BCA-1")
    async with another_engine(dsn) as other:
        done = await asyncio.gather(*(engine.submit(command) for engine in (real.engine, other) * 3))
    assert sorted(one.answer.booked for one in done) == [False] * 5 + [True]
    with pytest.raises(StateConflict) as refused:
        await act(real, FinishRefund, task, reference="BCA-2")
    assert (refused.value.state, refused.value.verb) == ("done", "finish")
    assert await real.flows(view) == [IN, OWED, SENT]
    assert await told(real, view) == ["payment.refunded", "refund.sent"]


async def test_sent_and_withdrawn_at_once_is_one_of_both(dsn: str, real: Shop) -> None:
    """Two people, through two engines: one does it, the other is refused."""
    async with another_engine(dsn) as other:
        for _ in range(5):
            view, task = await refunded(real)
            names = {**real.owner, "order_id": task.order_id, "task_id": task.task_id, "by": "t"}
            outcomes = await asyncio.gather(
                real.engine.submit(FinishRefund(**names, reference="R")), other.submit(WithdrawRefund(**names)),
                return_exceptions=True,
            )  # fmt: skip
            assert [isinstance(one, StateConflict) for one in outcomes].count(True) == 1
            assert len(await real.flows(view)) == 3
    assert await check(real.engine, real.merchant_id) == []


async def test_two_refunds_at_once_never_exceed_what_was_paid(dsn: str, real: Shop) -> None:
    """Each of half and a rupiah, through two engines: one is done, one is refused, and one task is there."""
    async with another_engine(dsn) as other:
        placed, payment_id = await paid(real)
        command = RefundPayment(
            **real.owner, order_id=placed.view.order.order_id, payment_id=payment_id, amount_sen=2_501_00
        )
        outcomes = await asyncio.gather(real.engine.submit(command), other.submit(command), return_exceptions=True)
    assert [isinstance(one, RefundTooLarge) for one in outcomes].count(True) == 1
    assert [one.task.amount_sen for one in await real.engine.payments.refunds(real.merchant_id)] == [2_501_00]
    assert await check(real.engine, real.merchant_id) == []


async def test_another_orders_task_is_not_found(engine: Engine, real: Shop) -> None:
    """Named with another order, in the other environment, or at another merchant."""
    _, task = await refunded(real)
    elsewhere, _ = await paid(real)
    other = await open_shop(engine, simulated=False)
    for kind in (FinishRefund, WithdrawRefund):
        more = {"reference": "R"} if kind is FinishRefund else {}
        for wrong in ({"order_id": elsewhere.view.order.order_id}, {"environment": "sandbox"}, {"task_id": 1}):
            names = {**real.owner, "order_id": task.order_id, "task_id": task.task_id, "by": "t"}
            command = kind(**(names | more | wrong))
            with pytest.raises(NotFound):
                await engine.submit(command)
        with pytest.raises(NotFound):
            await act(other, kind, task, **more)
    assert await engine.payments.refund(other.merchant_id, task.task_id) is None
    assert [one.task for one in await engine.payments.refunds(real.merchant_id)] == [task]


class Step(NamedTuple):
    """What somebody does, about which task, with how many rupiah; ``twice`` at once, through two engines."""

    what: str
    which: int
    rupiah: int
    twice: bool


STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["refund", "refund", "done", "withdraw"]), st.integers(0, 9), st.integers(1, 3_000),
        st.booleans(),
    ),
    min_size=4, max_size=9,
)  # fmt: skip


async def assert_the_tasks_agree(shop: Shop, other: Engine, steps: list[Step]) -> None:
    placed, payment_id = await paid(shop)
    for step in steps:
        listed = await shop.engine.payments.refunds(shop.merchant_id, ended=True)
        mine = [one.task for one in listed if one.task.payment_id == payment_id]
        task = mine[step.which % len(mine)] if mine else None
        names = {**shop.owner, "order_id": placed.view.order.order_id}
        command: Any = RefundPayment(**names, payment_id=payment_id, amount_sen=step.rupiah * 100)
        if step.what == "done" and task is not None:
            command = FinishRefund(**names, task_id=task.task_id, by="t", reference=f"R-{task.task_id}")
        if step.what == "withdraw" and task is not None:
            command = WithdrawRefund(**names, task_id=task.task_id, by="t")
        engines = (shop.engine, other) if step.twice else (shop.engine,)
        outcomes = await asyncio.gather(*(engine.submit(command) for engine in engines), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, RefundTooLarge | StateConflict):
                raise outcome
        await assert_same_as_the_tasks(shop, placed, payment_id)


async def assert_same_as_the_tasks(shop: Shop, placed: Placed, payment_id: int) -> None:
    """What the payment says was given back is what its tasks say, and so are the accounts."""
    view = await now(shop, placed.view)
    listed = await shop.engine.payments.refunds(shop.merchant_id, ended=True)
    sums = {"open": 0, "done": 0, "withdrawn": 0}
    for one in listed:
        if one.task.payment_id == payment_id:
            sums[one.task.status] += one.task.amount_sen
    balance = {"refunds_owed": 0, "gateway": 0, "sales": 0}
    for source, target, amount_sen, _ in await shop.flows(view):
        balance[source] -= amount_sen
        balance[target] += amount_sen
    back_sen = sums["open"] + sums["done"]
    assert view.payments[0].refunded_sen == view.order.refunded_sen == back_sen <= 5_000_00
    assert view.payments[0].status == ("refunded" if back_sen == 5_000_00 else "completed")
    assert balance == {
        "refunds_owed": sums["open"], "gateway": sums["done"] - 5_000_00, "sales": 5_000_00 - back_sen,
    }  # fmt: skip
    assert await check(shop.engine, shop.merchant_id) == []


def test_in_any_order_no_more_goes_back_than_was_paid(dsn: str) -> None:
    """Refunds, those that are sent and those that are withdrawn, in any order and some twice at once: what was given
    back is never more than was paid, and every account agrees with the tasks after every step."""
    with asyncio.Runner() as runner:
        one, two = (Engine(dsn, reads_pool_size=2, deadline_s=60.0) for _ in range(2))
        runner.run(one.start())
        runner.run(two.start())
        shop = runner.run(open_shop(one, simulated=False))

        @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(STEPS)
        def walk(steps: list[Step]) -> None:
            runner.run(assert_the_tasks_agree(shop, two, steps))

        try:
            # The other process knows the merchant once it was told of it.
            while shop.merchant_id not in {m.merchant_id for m in two.directory.merchants()}:
                runner.run(asyncio.sleep(0.02))
            walk()
        finally:
            runner.run(one.stop())
            runner.run(two.stop())
