"""What gateways pay out: expected by a rule, booked once, of payments that are in one payout ever; the rest is late."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from payout_kit import balances, now, paid, payout, refunded, settled

from engine_kit import another_engine
from gateway_kit import PRICE, GatewayShop, gateway_shop
from gerai.domain.money import rupiah
from gerai.domain.records import Payment
from gerai.domain.refusals import AmountMismatch, InputInvalid, NotFound, StateConflict
from gerai.domain.settlement import SettleRule, read_rule
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import change_rule
from gerai.engine.gauges import read_gauges
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.payments.end_refund import FinishRefund
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.engine.payouts.find import late_count
from gerai.engine.payouts.settle import SettlePayout
from gerai.kit.calendar import calendar_of
from gerai.kit.clock import JAKARTA, jakarta, real_now

FEE = rupiah(4_000)


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


async def test_a_payout_brings_the_gateway_to_nothing(shop: GatewayShop) -> None:
    """The money is in the bank and the fee a cost; each payment names its payout, and the order's own state is as it
    was."""
    payments = [await paid(shop) for _ in range(3)]
    before = [await shop.now(one) for one in payments]
    assert await balances(shop) == {"gateway": 3 * PRICE, "bank": 0, "fees": 0, "sales": -3 * PRICE, "refunds_owed": 0}
    done = await settled(shop, *payments, amount_sen=3 * PRICE - FEE, fee_sen=FEE)
    assert done.booked
    found = done.payout
    assert (found.gross_sen, found.refunded_sen, found.fee_sen, found.known_fee_sen) == (3 * PRICE, 0, FEE, 0)
    assert (found.amount_sen, found.payments, found.booked_by) == (3 * PRICE - FEE, 3, "Sari")
    assert await balances(shop) == {
        "gateway": 0, "bank": 3 * PRICE - FEE, "fees": FEE, "sales": -3 * PRICE, "refunds_owed": 0,
    }  # fmt: skip
    assert {(await now(shop, one)).payout_id for one in payments} == {found.payout_id}
    for view in before:
        after = await shop.now(view.payments[-1])
        assert (after.order, after.invoice) == (view.order, view.invoice)
    assert await shop.engine.payouts.expected(shop.merchant_id, "production", real_now()) == []


async def test_fees_known_before_are_booked_once(shop: GatewayShop) -> None:
    """What was booked when the payments came is part of the fee: only what more was kept is booked, or less taken
    back."""
    await change_settings(shop.engine, shop.merchant_id, {"payment_fees": {"va": {"fixed_rupiah": 4000}}})
    first, second, third = [await paid(shop) for _ in range(3)]
    assert (await balances(shop))["fees"] == 3 * FEE
    # As known, when nobody says anything.
    done = await settled(shop, first, amount_sen=PRICE - FEE)
    assert (done.payout.fee_sen, done.payout.fee_transfer_id) == (FEE, None)
    await settled(shop, second, amount_sen=PRICE - rupiah(5_000), fee_sen=rupiah(5_000), reference="WD-2")
    await settled(shop, third, amount_sen=PRICE - rupiah(3_000), fee_sen=rupiah(3_000), reference="WD-3")
    assert await balances(shop) == {
        "gateway": 0, "bank": 3 * PRICE - 3 * FEE, "fees": 3 * FEE, "sales": -3 * PRICE, "refunds_owed": 0,
    }  # fmt: skip


async def test_the_fee_a_gateway_says_is_known(shop: GatewayShop) -> None:
    """It is kept with the payment as the gateway has it, shown in what is expected, and taken where nobody says another
    one; a later look that says nothing leaves it."""
    payment = await paid(shop, fee_sen=rupiah(1_500))
    assert (await shop.attempt(payment)).fee_sen == rupiah(1_500)
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert (expected.gross_sen, expected.fee_sen, expected.net_sen) == (PRICE, rupiah(1_500), PRICE - rupiah(1_500))
    done = await settled(shop, payment, amount_sen=PRICE - rupiah(1_500))
    assert (done.payout.fee_sen, done.payout.known_fee_sen) == (rupiah(1_500), 0)
    assert (await balances(shop))["fees"] == rupiah(1_500)


async def test_it_is_booked_once(dsn: str, shop: GatewayShop) -> None:
    """The same payout again, one after the other and at once through two engines: one books it, the others say that it
    was. Under its reference nothing else is booked."""
    payments = [await paid(shop) for _ in range(2)]
    command = payout(shop, *payments)
    async with another_engine(dsn) as other:
        done = await asyncio.gather(*(engine.submit(command) for engine in (shop.engine, other) * 3))
    assert sorted(one.answer.booked for one in done) == [False] * 5 + [True]
    assert {one.answer.payout.payout_id for one in done} == {done[0].answer.payout.payout_id}
    assert not (await settled(shop, *payments)).booked
    another = await paid(shop)
    for wrong in (
        payout(shop, *payments, another), payout(shop, another, amount_sen=2 * PRICE), payout(shop, payments[0]),
        payout(shop, *payments, fee_sen=1),
    ):  # fmt: skip
        with pytest.raises(StateConflict) as refused:
            await shop.engine.submit(wrong)
        assert (refused.value.thing, refused.value.id, refused.value.state) == ("payout", "WD-1", "booked")
    assert (await balances(shop))["bank"] == 2 * PRICE


async def test_a_payment_is_in_one_payout(dsn: str, shop: GatewayShop) -> None:
    """Of two payouts with other references that name the same payment at once, one is booked and the other refused,
    with all of it."""
    shared, first, second = [await paid(shop) for _ in range(3)]
    async with another_engine(dsn) as other:
        done = await asyncio.gather(
            shop.engine.submit(payout(shop, shared, first, reference="A")),
            other.submit(payout(shop, shared, second, reference="B")),
            return_exceptions=True,
        )
    refused = [one for one in done if isinstance(one, StateConflict)]
    assert [(one.thing, one.id, one.state) for one in refused] == [("payment", shared.public_id, "settled")]
    assert (await balances(shop))["bank"] == 2 * PRICE
    left = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert [len(one.payments) for one in left] == [1]


@pytest.mark.parametrize(("changes", "right"), [({"amount_sen": 1}, 100_000), ({"fee_sen": FEE}, 96_000)])
async def test_what_does_not_add_up_books_nothing(shop: GatewayShop, changes: dict[str, Any], right: int) -> None:
    """Another amount than the payments less the fee: refused with what it should be."""
    payments = [await paid(shop) for _ in range(2)]
    with pytest.raises(AmountMismatch) as refused:
        await settled(shop, *payments, **changes)
    assert refused.value.right_sen == rupiah(right)
    assert (await balances(shop))["bank"] == 0
    assert [(await now(shop, one)).payout_id for one in payments] == [None, None]


@pytest.mark.parametrize(
    "changes",
    [{"reference": ""}, {"reference": "x" * 201}, {"amount_sen": -1}, {"fee_sen": -1}, {"payments": ()}],
)  # fmt: skip
async def test_what_is_no_payout(shop: GatewayShop, changes: dict[str, Any]) -> None:
    """No reference, less than nothing, no payment: refused before anything is looked at."""
    payment = await paid(shop)
    with pytest.raises(InputInvalid):
        await settled(shop, payment, **changes)
    with pytest.raises(InputInvalid):
        await settled(shop, payment, payment)


async def test_only_what_the_gateway_took_is_paid_out(engine: Engine, shop: GatewayShop) -> None:
    """Not what waits, what came by another way, or what is another merchant's or contract's; the right one with them is
    not booked."""
    right, waits = await paid(shop), await shop.started()
    view = await shop.ordered()
    cash = RecordPayment(
        merchant_id=shop.merchant_id, environment="production", order_id=view.order.order_id, outcome="paid",
        public_id=f"cash-{view.order.order_id}", method="cash",
    )  # fmt: skip
    [by_cash] = (await engine.submit(cash)).answer.payments
    foreign_shop = await gateway_shop(engine)
    async with foreign_shop.desk:
        foreign = await paid(foreign_shop)
        for wrong in (by_cash, foreign):
            with pytest.raises(NotFound):
                await settled(shop, right, wrong)
        with pytest.raises(NotFound):
            await settled(shop, right, contract_id=foreign_shop.contract.contract_id)
    with pytest.raises(NotFound):
        await engine.submit(
            SettlePayout(
                merchant_id=shop.merchant_id, environment="sandbox", contract_id=shop.contract.contract_id,
                reference="X", amount_sen=PRICE, payments=((right.order_id, right.payment_id),),
            )
        )  # fmt: skip
    with pytest.raises(StateConflict) as refused:
        await settled(shop, right, waits, amount_sen=2 * PRICE)
    assert [(one.thing, one.state) for one in refused.value.all] == [("payment", "processing")]
    assert (await now(shop, right)).payout_id is None
    assert (await balances(shop))["bank"] == 0


async def test_what_the_gateway_gave_back_is_taken_off(shop: GatewayShop) -> None:
    """Before the payout or after it: the refund is expected with the next one, taken off once, and the gateway is at
    nothing again."""
    first, second, third = [await paid(shop) for _ in range(3)]
    task = await refunded(shop, first, rupiah(20_000))
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert (expected.gross_sen, expected.refunded_sen) == (3 * PRICE, rupiah(20_000))
    assert [one.task_id for one in expected.refunds] == [task]
    both = 2 * PRICE - rupiah(20_000)
    done = await settled(shop, first, second, amount_sen=both, refunds=((first.order_id, task),))
    assert (done.payout.refunded_sen, done.payout.amount_sen) == (rupiah(20_000), both)
    # A payment that was settled goes back like any other.
    late = await refunded(shop, second, PRICE)
    assert (await balances(shop))["gateway"] == 0
    for wrong in ((first.order_id, task), (second.order_id, late)):
        with pytest.raises(StateConflict if wrong[1] == task else InputInvalid):
            await settled(shop, third, reference="WD-2", amount_sen=0, refunds=(wrong,), fee_sen=1)
    await settled(shop, third, reference="WD-2", amount_sen=0, refunds=((second.order_id, late),))
    assert await balances(shop) == {
        "gateway": 0, "bank": both, "fees": 0, "sales": -2 * PRICE + rupiah(20_000), "refunds_owed": 0,
    }  # fmt: skip
    assert await shop.engine.payouts.expected(shop.merchant_id, "production", real_now()) == []


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_paid_out_nothing_is_left(shop: GatewayShop, seed: int) -> None:
    """Fees known or not, refunds before and after, payments in any parcels: once all are paid out, the gateway is at
    nothing, and the bank has what was paid less refunds and fees."""
    dice = random.Random(seed)
    fees = {"va": {"fixed_rupiah": dice.choice([0, 2_000])}}
    await change_settings(shop.engine, shop.merchant_id, {"payment_fees": fees})
    payments = [await paid(shop, fee_sen=dice.choice([None, rupiah(1_000)])) for _ in range(6)]
    waiting, kept_sen, number = list(payments), 0, 0
    tasks, amounts = list[tuple[int, int]](), dict[int, int]()
    while waiting:
        part, waiting = waiting[: (size := dice.randint(1, 3))], waiting[size:]
        for one in dice.sample(payments, 2):
            amount_sen = rupiah(dice.randint(1, 5) * 1_000)
            tasks.append((one.order_id, await refunded(shop, one, amount_sen)))
            amounts[tasks[-1][1]] = amount_sen
        off = tasks if not waiting else tasks[: dice.randint(0, len(tasks))]
        off_sen = sum(amounts[task] for _, task in off)
        fee_sen, number = rupiah(dice.randint(0, 5) * 1_000), number + 1
        await settled(
            shop, *part, amount_sen=PRICE * len(part) - off_sen - fee_sen, fee_sen=fee_sen, refunds=tuple(off),
            reference=f"WD-{number}",
        )  # fmt: skip
        tasks, kept_sen = tasks[len(off) :], kept_sen + fee_sen
    back_sen = sum(amounts.values())
    assert await balances(shop) == {
        "gateway": 0, "bank": 6 * PRICE - back_sen - kept_sen, "fees": kept_sen, "sales": back_sen - 6 * PRICE,
        "refunds_owed": 0,
    }  # fmt: skip


async def test_what_a_person_sends_back_leaves_the_bank(shop: GatewayShop) -> None:
    """The gateway gives nothing back that was paid so: a person sends it from the seller's account, and the gateway
    still pays out the whole."""
    payment = await paid(shop, "BCA")
    task = await refunded(shop, payment, PRICE)
    finish = FinishRefund(
        merchant_id=shop.merchant_id, environment="production", order_id=payment.order_id, task_id=task, by="Sari",
        reference="BCA-1",
    )  # fmt: skip
    await shop.engine.submit(finish)
    assert await balances(shop) == {"gateway": PRICE, "bank": -PRICE, "fees": 0, "sales": 0, "refunds_owed": 0}
    with pytest.raises(StateConflict):
        await settled(shop, payment, amount_sen=0, refunds=((payment.order_id, task),))
    await settled(shop, payment)
    assert await balances(shop) == {"gateway": 0, "bank": 0, "fees": 0, "sales": 0, "refunds_owed": 0}


async def test_another_amount_is_paid_out_as_it_came(shop: GatewayShop) -> None:
    """What waits for a decision is with the gateway like any other money: paid out as it came, and still one payout's
    when it is accepted afterwards."""
    payment = await shop.started("BNI")
    shop.toy.pays(payment)
    more_sen = PRICE + rupiah(7)
    shop.toy.payments[payment.public_id] = replace(shop.toy.payments[payment.public_id], paid_sen=more_sen)
    await shop.look(payment)
    assert (await now(shop, payment)).status == "late"
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert expected.net_sen == more_sen
    await settled(shop, payment, amount_sen=more_sen)
    assert await check(shop.engine, shop.merchant_id) == []
    await shop.engine.submit(
        ResolveLate(
            merchant_id=shop.merchant_id, environment="production", order_id=payment.order_id,
            payment_id=payment.payment_id, decision="accept",
        )
    )  # fmt: skip
    assert (await now(shop, payment)).status == "completed"
    assert await balances(shop) == {
        "gateway": 0, "bank": more_sen, "fees": -rupiah(7), "sales": -PRICE, "refunds_owed": 0,
    }  # fmt: skip


async def test_what_is_settled_was_paid(shop: GatewayShop) -> None:
    """Nobody can say afterwards that the order was never paid."""
    payment = await paid(shop)
    await settled(shop, payment)
    with pytest.raises(StateConflict) as refused:
        await shop.engine.submit(
            ChangeStatus(
                merchant_id=shop.merchant_id, environment="production", channel="t", order_ids=(payment.order_id,),
                payment="unpaid",
            )
        )  # fmt: skip
    assert (refused.value.thing, refused.value.state) == ("payment", "received")


async def came(shop: GatewayShop, payment: Payment, at: datetime) -> None:
    """The money came then."""
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET completed_at = %s WHERE merchant_id = %s AND payment_id = %s",
            (at, shop.merchant_id, payment.payment_id),
        )


async def test_expected_by_day_and_late_when_it_is_over(shop: GatewayShop) -> None:
    """By the rule of each way to pay, in days of Jakarta; a rule that is changed counts for what waits, too. Late is
    what was expected on an earlier day."""
    first, second = await paid(shop), await paid(shop)
    await came(shop, first, datetime(2026, 11, 27, 23, 0, tzinfo=JAKARTA))
    await came(shop, second, datetime(2026, 11, 28, 0, 30, tzinfo=JAKARTA))
    reads = shop.engine.payouts

    async def days(at: datetime) -> list[tuple[date, int, bool]]:
        found = await reads.expected(shop.merchant_id, "production", at)
        return [(one.day, len(one.payments), one.late) for one in found]

    assert await days(datetime(2026, 12, 1, 23, 59, tzinfo=JAKARTA)) == [(date(2026, 12, 1), 2, False)]
    assert await days(datetime(2026, 12, 2, 0, 0, tzinfo=JAKARTA)) == [(date(2026, 12, 1), 2, True)]
    of, way = (shop.engine, shop.merchant_id, shop.contract.contract_id), ("va", "BNI")
    await change_rule(*of, way, read_rule({"days": "0"}))
    assert await days(datetime(2026, 11, 28, 12, 0, tzinfo=JAKARTA)) == [
        (date(2026, 11, 27), 1, True), (date(2026, 11, 28), 1, False),
    ]  # fmt: skip
    for wrong, where in ((of, ("va", "MARS")), ((*of[:2], -1), way)):
        with pytest.raises(NotFound):
            await change_rule(*wrong, where, SettleRule())
    assert await reads.expected(shop.merchant_id, "sandbox", real_now()) == []


async def test_late_ones_are_counted(shop: GatewayShop) -> None:
    """The metric counts them until they are settled, and nothing that is not late yet."""

    async def counted() -> int:
        found = await read_gauges(shop.engine)
        assert found.payouts is not None
        return found.payouts[0][1]

    before = await counted()
    payments = [await paid(shop) for _ in range(3)]
    assert await counted() == before
    for payment in payments[:2]:
        await came(shop, payment, real_now() - timedelta(days=40))
    assert await counted() == before + 2
    await settled(shop, payments[0])
    assert await counted() == before + 1


@given(st.lists(st.integers(0, 500_000), max_size=20), st.integers(0, 10))
def test_nothing_is_late_on_its_day(times: list[int], days: int) -> None:
    """Counted are those whose day is over, whatever was first."""
    rule = SettleRule(days, working=False, lands_working=False)
    moments = [datetime(2026, 1, 1, tzinfo=JAKARTA) + timedelta(minutes=at) for at in times]
    now_at = datetime(2026, 7, 1, 12, 0, tzinfo=JAKARTA)
    over = sum(jakarta(at).date() + timedelta(days=days) < date(2026, 7, 1) for at in moments)
    assert late_count([(at, rule) for at in moments], calendar_of(None), now_at) == over
