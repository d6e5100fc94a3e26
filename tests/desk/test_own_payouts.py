"""What comes by the shop's own QRIS code: expected by a rule, listed by day, said to have arrived once, and booked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import pytest_asyncio

from bank_kit import PRICE, QRIS
from desk_kit import OPERATOR, OWNER, VIEWER, do, seen, written
from desk_money_kit import act, open_till
from gerai.app import App
from gerai.domain.money import rupiah
from gerai.domain.refusals import AmountMismatch, InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.domain.settlement import SettleRule, expected_on, read_rule
from gerai.engine.check import check
from gerai.engine.desk.acts.edit_account import AccountEdit
from gerai.engine.gauges import read_gauges
from gerai.kit.clock import jakarta, real_now
from own_payouts_kit import MDR, NAME, Code, open_code
from top_up_page_kit import started


@pytest_asyncio.fixture
async def code(app: App) -> AsyncGenerator[Code]:
    """Its books agree at the end."""
    till = await open_till(app)
    yield await open_code(till)
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_the_rule_is_assumed_until_the_seller_says_another(code: Code) -> None:
    """The next working day; a bank account has none. What waits is expected by the new rule at once; what is no rule,
    or of an account that nobody passes on, changes nothing, and the change is in the audit."""
    within = code.till.within
    rows = {row.method: (row.settles, row.settles_source) for row in await seen(within, "accounts.list")}
    assert rows == {"bank_transfer": ("", ""), "qris": ("workdays=1", "assumed")}
    payment = await code.paid()
    calendar = within.engine.payouts.calendar
    assert payment.completed_at is not None
    [row] = await seen(within, "expected_payouts.list")
    assert row.day == expected_on(SettleRule(days=1), payment.completed_at, calendar)
    done = await act(within, "accounts.edit", id=code.account_id, settles="days=3 on=workdays cutoff=22:00")
    assert done.details == {"settles": "days=3 on=workdays cutoff=22:00", "source": "yours"}
    rule = read_rule({"days": "3", "on": "workdays", "cutoff": "22:00"})
    [row] = await seen(within, "expected_payouts.list")
    assert row.day == expected_on(rule, payment.completed_at, calendar)
    bank = within.merchant.receiving[0].receiving_id
    for number, said in ((code.account_id, "days=99"), (code.account_id, "hours=1"), (bank, "workdays=1"), (bank, "")):
        with pytest.raises(InputInvalid):
            await act(within, "accounts.edit", id=number, settles=said)
    with pytest.raises(NotFound):
        await act(within, "accounts.edit", id=code.account_id + 1, settles="days=1")
    for caller in (VIEWER, OPERATOR):
        with pytest.raises(PermissionMissing):
            await do(within, "accounts.edit", AccountEdit(id=code.account_id), caller)
    assert next((one.entry.act, one.entry.facts) for one in await written(within)) == (
        "accounts.edit", {"rule": "days=3 on=workdays cutoff=22:00"},
    )  # fmt: skip
    await act(within, "accounts.edit", id=code.account_id)
    assert (await seen(within, "accounts.list"))[1].settles_source == "assumed"


async def test_a_payout_brings_the_books_to_nothing(code: Code) -> None:
    """What came is in the bank, what the acquirer kept a cost, and nothing of it in `gateway`; a transfer into the bank
    account waits for no payout, before or after."""
    till = code.till
    first, second = await code.paid(), await code.paid()
    _, by_bank = await till.paid()
    [row] = await seen(till.within, "expected_payouts.list")
    assert (row.gateway, row.payments, row.gross_sen, row.fee_sen, row.net_sen, row.late) == (
        NAME, 2, 2 * PRICE, 0, 2 * PRICE, False,
    )  # fmt: skip
    waiting = await seen(till.within, "expected_payments.list")
    assert [(one.payment, one.order, one.amount_sen) for one in waiting] == [
        (one.public_id, (await till.shop.engine.orders.by_id(one.merchant_id, one.order_id)).order.number, PRICE)  # type: ignore[union-attr]
        for one in (first, second)
    ]  # fmt: skip
    done = await code.settled(first, second)
    assert done.details == {
        "whose": NAME, "reference": "GP-1", "amount_sen": 2 * (PRICE - MDR), "fee_sen": 2 * MDR, "payments": 2,
    }  # fmt: skip
    assert await seen(till.within, "expected_payouts.list") == []
    matched_sen = by_bank.matching_sen
    assert await code.balances() == {
        "gateway": PRICE + matched_sen, "bank": 2 * (PRICE - MDR), "fees": 2 * MDR - matched_sen,
        "sales": -3 * PRICE, "refunds_owed": 0,
    }  # fmt: skip
    [listed] = await seen(till.within, "payouts.list")
    [shown] = await seen(till.within, "payouts.show", id=listed.id)
    assert (listed.gateway, listed.amount_sen, listed.booked_by) == (NAME, 2 * (PRICE - MDR), "person:7")
    assert (shown.known_fee_sen, shown.more_fee_sen, shown.contract_id) == (0, 2 * MDR, code.account_id)
    assert [one.payment for one in shown.lines] == [first.public_id, second.public_id]
    assert await seen(till.within, "payouts.payments", id=listed.id, limit=1) == [shown.lines[0]]
    rest = await seen(till.within, "payouts.payments", id=listed.id, after=str(shown.lines[0].id))
    assert rest == [shown.lines[1]]


async def test_it_is_booked_once(code: Code) -> None:
    """The same again, one after the other and three at once, books nothing more; under its reference nothing else is,
    and a payment is in one payout ever. What does not add up, is the bank account's or not yet is refused."""
    till = code.till
    first, second = await code.paid(), await code.paid()
    done = await asyncio.gather(*(code.settled(first) for _ in range(3)))
    assert sorted(one.replayed for one in done) == [False, True, True]
    assert len({one.id for one in done}) == 1
    assert (await code.settled(first)).replayed
    with pytest.raises(StateConflict):
        await code.settled(first, second)
    with pytest.raises(StateConflict) as refused:
        await code.settled(first, second, reference="GP-2")
    assert [(one.thing, one.state) for one in refused.value.all] == [("payment", "settled")]
    with pytest.raises(AmountMismatch) as differs:
        await code.settled(second, reference="GP-2", fee_sen=0)
    assert (differs.value.right_sen, differs.value.payments) == (PRICE, 1)
    _, by_bank = await till.paid()
    tomorrow = jakarta(real_now()).date() + timedelta(days=1)
    for wrong in (
        {"payments": (by_bank.public_id,)}, {"payments": ("none",)}, {"payments": ()}, {"paid_on": tomorrow},
        {"whose": "midtrans"}, {"payments": (), "day": tomorrow + timedelta(days=50)}, {"refunds": (7,)},
    ):  # fmt: skip
        with pytest.raises(InputInvalid):
            await code.settled(second, **{"reference": "GP-2", **wrong})
    assert (await code.balances())["bank"] == PRICE - MDR
    assert len(await seen(till.within, "payouts.list")) == 1
    assert [one.entry.act for one in await written(till.within)].count("payouts.settle") >= 1


async def test_who_may_and_where(code: Code, app: App) -> None:
    """A viewer sees it and books nothing; another shop and the sandbox have none of it."""
    payment = await code.paid()
    given = {"whose": "qris", "reference": "X", "payments": (payment.public_id,), "amount_sen": PRICE}
    with pytest.raises(PermissionMissing):
        await act(code.till.within, "payouts.settle", VIEWER, **given)
    other = await open_till(app)
    await act(other.within, "accounts.add", method="qris", code=QRIS, mine=True)
    with pytest.raises(InputInvalid):
        await act(other.within, "payouts.settle", OWNER, **given)
    sandbox = type(other.within)(code.till.within.house, code.till.within.merchant_id, "sandbox")
    with pytest.raises(InputInvalid):
        await act(sandbox, "payouts.settle", OWNER, **given)
    assert await seen(other.within, "expected_payments.list") == []
    assert await seen(sandbox, "expected_payments.list") == []
    assert [row.payment for row in await seen(code.till.within, "expected_payments.list", VIEWER)] == [
        payment.public_id
    ]
    assert (await code.balances())["bank"] == 0


async def test_late_ones_are_listed_and_counted(code: Code) -> None:
    """Whose day is over is late, alone where that is asked, by itself in the sums and one by one, page by page; a
    day is booked whole."""
    within = code.till.within
    before = dict((await read_gauges(within.engine)).payouts or [])["payouts"]
    late = [await code.paid(days_ago=30) for _ in range(3)]
    fresh = await code.paid()
    after = dict((await read_gauges(within.engine)).payouts or [])["payouts"]
    assert after - before == 3
    rows = await seen(within, "expected_payouts.list")
    assert [(row.payments, row.late) for row in rows] == [(3, True), (1, False)]
    assert await seen(within, "expected_payouts.list", late=True) == rows[:1]
    assert await seen(within, "expected_payouts.list", limit=1) == rows[:1]
    assert await seen(within, "expected_payouts.list", after=f"{rows[0].day}/{NAME}") == rows[1:]
    ones = await seen(within, "expected_payments.list")
    assert [one.payment for one in ones] == [one.public_id for one in (*late, fresh)]
    assert await seen(within, "expected_payments.list", late=True, gateway=NAME) == ones[:3]
    assert await seen(within, "expected_payments.list", day=rows[1].day) == ones[3:]
    assert await seen(within, "expected_payments.list", after=f"{ones[1].day}/{ones[1].id}") == ones[2:]
    day = {"payments": (), "day": rows[0].day, "amount_sen": 3 * PRICE, "fee_sen": None}
    assert (await code.settled(**day)).details["payments"] == 3
    # Its payments are expected no more: the same words mean the payout that was booked.
    assert (await code.settled(**day)).replayed
    assert [row.late for row in await seen(within, "expected_payouts.list")] == [False]


@pytest.mark.parametrize("paid_out_first", [True, False])
async def test_a_refund_by_hand_leaves_the_bank(code: Code, *, paid_out_first: bool) -> None:
    """Sent before the payout or after it, it is not taken off: the acquirer pays out the whole. What goes back of a
    bank account's payment leaves `gateway`, where it is."""
    within, payment = code.till.within, await code.paid()
    if paid_out_first:
        await code.settled(payment)
    await act(within, "payments.refund", id=payment.payment_id, back_sen=rupiah(20_000))
    [task] = await seen(within, "refunds.list")
    await act(within, "refunds.done", id=task.id, reference="OUT-1")
    if not paid_out_first:
        await code.settled(payment)
    assert await code.balances() == {
        "gateway": 0, "bank": PRICE - MDR - rupiah(20_000), "fees": MDR, "sales": -PRICE + rupiah(20_000),
        "refunds_owed": 0,
    }  # fmt: skip
    _, by_bank = await code.till.paid()
    await act(within, "payments.refund", id=by_bank.payment_id, back_sen=PRICE)
    [task] = await seen(within, "refunds.list", status="owed")
    await act(within, "refunds.done", id=task.id, reference="OUT-2")
    assert (await code.balances())["bank"] == PRICE - MDR - rupiah(20_000)


async def test_the_same_code_named_again_is_the_same_acquirer(code: Code) -> None:
    """Closed and named again in its other mode: what came by both is one payout."""
    within = code.till.within
    first = await code.paid()
    await act(within, "accounts.close", id=code.account_id)
    await act(within, "accounts.add", method="qris", code=QRIS, mode="whole", mine=True)
    second = await code.paid()
    [row] = await seen(within, "expected_payouts.list")
    assert (row.gateway, row.payments) == (NAME, 2)
    with pytest.raises(InputInvalid):
        await code.settled(first, second, whose=str(code.account_id))
    assert (await code.settled(first, second)).details["payments"] == 2


async def test_top_ups_are_among_them(code: Code) -> None:
    """What a member paid into their wallet by the code is expected and paid out like an order's payment, by its code;
    what came by bank is not."""
    within, payment = code.till.within, await code.paid()
    deposit, by_bank = await started(code.till, "QRIS", "qris"), await started(code.till)
    for one in (deposit, by_bank):
        await act(within, "topups.confirm", id=one.deposit_id)
    assert [row.payment for row in await seen(within, "expected_payments.list")] == [
        payment.public_id, deposit.public_id,
    ]  # fmt: skip
    with pytest.raises(InputInvalid):
        await code.settled(payment, reference="X", payments=(by_bank.public_id,))
    named = {"payments": (payment.public_id, deposit.public_id), "amount_sen": 2 * PRICE, "fee_sen": 0}
    done = await code.settled(**named)
    assert done.details["payments"] == 2
    assert (await code.balances())["bank"] == 2 * PRICE
    lines = await seen(within, "payouts.payments", id=int(done.id))
    assert [(line.payment, line.order) for line in lines][1] == (deposit.public_id, "")


async def test_what_must_hold_is_looked_at(code: Code) -> None:
    """A payment of another acquirer in the payout is found."""
    payment = await code.paid()
    await code.settled(payment)
    engine, merchant_id = code.till.shop.engine, code.till.shop.merchant_id
    bank = code.till.within.merchant.receiving[0].receiving_id
    change = "UPDATE payments SET acquired_by = %s WHERE merchant_id = %s AND payment_id = %s"
    async with engine.connection() as connection:
        await connection.execute(change, (bank, merchant_id, payment.payment_id))
        assert [one.invariant for one in await check(engine, merchant_id)] == ["payouts_hold"]
        await connection.execute(change, (code.account_id, merchant_id, payment.payment_id))
