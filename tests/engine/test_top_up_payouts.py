"""Top-ups in what gateways pay out: expected, late, settled and compared as orders' payments are, and with them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from payout_kit import balances, now, paid, payout, refunded, settled

from engine_kit import another_engine
from gateway_kit import PRICE, GatewayShop, gateway_shop
from gerai.domain.money import rupiah
from gerai.domain.records import Deposit, Payment, RefundTask
from gerai.domain.refusals import AmountMismatch, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.give_back import give_back
from gerai.engine.gauges import read_gauges
from gerai.engine.merchants.open import change_settings
from gerai.engine.payments.end_refund import FinishRefund
from gerai.engine.payouts.reconcile import TheirLine, compare
from gerai.kit.clock import JAKARTA, jakarta, real_now
from gerai.ports.gateways import Seen
from top_up_kit import TopUps, top_ups

FEE = rupiah(4_000)
ALL = ("gateway", "bank", "fees", "sales", "wallet", "suspense", "refunds_owed")


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


@pytest_asyncio.fixture
async def ani(shop: GatewayShop) -> TopUps:
    return await top_ups(shop)


async def topped_up(ani: TopUps, channel: str = "BNI", **seen: Any) -> Deposit:
    """A top-up of Rp50.000 that its member paid at the gateway."""
    deposit = await ani.started(channel)
    ani.shop.toy.pays(deposit, **seen)
    await ani.shop.look(deposit)
    return await ani.now(deposit)


async def late(ani: TopUps, channel: str = "BNI", **seen: Any) -> Deposit:
    """One that came after its end, and waits for somebody to decide."""
    await change_settings(ani.shop.engine, ani.shop.merchant_id, {"late_payment": "hold"})
    deposit = await ani.started(channel)
    await ani.ends(deposit)
    await ani.shop.engine.submit(RecordDeposit(**ani.names(deposit), outcome="expired"))
    ani.shop.toy.pays(deposit, **seen)
    await ani.shop.look(deposit)
    return await ani.now(deposit)


async def decided(ani: TopUps, deposit: Deposit, decision: Any) -> Deposit:
    command = ResolveLateDeposit(**ani.names(deposit), decision=decision, by="Sari")
    return (await ani.shop.engine.submit(command)).answer


async def task_of(ani: TopUps, deposit: Deposit) -> RefundTask:
    """The newest refund of this deposit."""
    listed = await ani.shop.engine.payments.refunds(ani.shop.merchant_id, ended=True)
    return [one.task for one in listed if one.task.payment_id == deposit.deposit_id][-1]


async def sent(ani: TopUps, deposit: Deposit) -> RefundTask:
    """The refund of a deposit that goes back, sent: by its gateway where that can, else by a person."""
    shop, task = ani.shop, await task_of(ani, deposit)
    await give_back(shop.engine, shop.desk, shop.merchant_id, None, task.task_id)
    task = await task_of(ani, deposit)
    if task.status == "open":
        of = {"merchant_id": shop.merchant_id, "environment": "production", "by": "Sari"}
        await shop.engine.submit(FinishRefund(**of, **task.of, task_id=task.task_id, reference="BCA-1"))
    return await task_of(ani, deposit)


def ids(*deposits: Deposit) -> tuple[int, ...]:
    return tuple(one.deposit_id for one in deposits)


async def test_orders_and_top_ups_are_paid_out_together(shop: GatewayShop, ani: TopUps) -> None:
    """One payout, with one fee: nothing is left at the gateway, the wallet has its money as before, and each of both
    names the payout."""
    payments, deposits = [await paid(shop) for _ in range(2)], [await topped_up(ani) for _ in range(3)]
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert (len(expected.payments), expected.gross_sen, expected.net_sen) == (5, 5 * PRICE, 5 * PRICE)
    mine = [one for one in expected.payments if one.order_id is None]
    assert [(one.payment_id, one.payment, one.order_number, one.status) for one in mine] == [
        (one.deposit_id, one.public_id, "", "succeeded") for one in deposits
    ]
    done = await settled(shop, *payments, deposits=ids(*deposits), amount_sen=5 * PRICE - FEE, fee_sen=FEE)
    found = done.payout
    assert (found.gross_sen, found.fee_sen, found.known_fee_sen, found.payments) == (5 * PRICE, FEE, 0, 5)
    assert await balances(shop, *ALL) == {
        "gateway": 0, "bank": 5 * PRICE - FEE, "fees": FEE, "sales": -2 * PRICE, "wallet": -3 * PRICE, "suspense": 0,
        "refunds_owed": 0,
    }  # fmt: skip
    assert {(await now(shop, one)).payout_id for one in payments} == {found.payout_id}
    assert {(await ani.now(one)).payout_id for one in deposits} == {found.payout_id}
    assert await ani.balance() == 3 * PRICE
    assert await shop.engine.payouts.expected(shop.merchant_id, "production", real_now()) == []


async def test_the_fee_a_gateway_says_is_known(shop: GatewayShop, ani: TopUps) -> None:
    """Of a top-up, too, though nothing of it was booked when it came."""
    deposit = await topped_up(ani, fee_sen=rupiah(1_500))
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert (expected.fee_sen, expected.net_sen) == (rupiah(1_500), PRICE - rupiah(1_500))
    with pytest.raises(AmountMismatch) as refused:
        await settled(shop, deposits=ids(deposit), amount_sen=PRICE)
    assert refused.value.right_sen == PRICE - rupiah(1_500)
    done = await settled(shop, deposits=ids(deposit), amount_sen=PRICE - rupiah(1_500))
    assert (done.payout.fee_sen, done.payout.known_fee_sen) == (rupiah(1_500), 0)
    assert await balances(shop) == {
        "gateway": 0, "bank": PRICE - rupiah(1_500), "fees": rupiah(1_500), "sales": 0, "refunds_owed": 0,
    }  # fmt: skip


async def test_it_is_booked_once(dsn: str, shop: GatewayShop, ani: TopUps) -> None:
    """Six at once through two engines: one books it. A top-up is in one payout: of two with it at once one is booked,
    and the other refused with all of it."""
    payment, deposit, shared, first, second = await paid(shop), *[await topped_up(ani) for _ in range(4)]
    command = payout(shop, payment, deposits=ids(deposit), amount_sen=2 * PRICE)
    async with another_engine(dsn) as other:
        done = await asyncio.gather(*(engine.submit(command) for engine in (shop.engine, other) * 3))
        assert sorted(one.answer.booked for one in done) == [False] * 5 + [True]
        rivals = [
            payout(shop, reference=reference, deposits=ids(shared, mine), amount_sen=2 * PRICE)
            for reference, mine in (("A", first), ("B", second))
        ]
        ends = await asyncio.gather(
            *(engine.submit(rival) for engine, rival in zip((shop.engine, other), rivals, strict=True)),
            return_exceptions=True,
        )
    refused = [one for one in ends if isinstance(one, StateConflict)]
    assert [(one.thing, one.id, one.state) for one in refused] == [("deposit", shared.public_id, "settled")]
    assert (await balances(shop))["bank"] == 4 * PRICE
    # The same reference does not mean less.
    with pytest.raises(StateConflict) as another:
        await settled(shop, payment, amount_sen=2 * PRICE)
    assert (another.value.thing, another.value.id) == ("payout", "WD-1")


async def test_only_what_came_through_the_gateway(engine: Engine, shop: GatewayShop, ani: TopUps) -> None:
    """Not what waits for its payer, nor another merchant's, nor another contract's."""
    right, waits = await topped_up(ani), await ani.started()
    with pytest.raises(StateConflict) as refused:
        await settled(shop, deposits=ids(right, waits), amount_sen=2 * PRICE)
    assert [(one.thing, one.state) for one in refused.value.all] == [("deposit", "pending")]
    elsewhere = await gateway_shop(engine)
    async with elsewhere.desk:
        foreign = await topped_up(await top_ups(elsewhere))
        for wrong in (foreign.deposit_id, 1):
            with pytest.raises(NotFound):
                await settled(shop, deposits=(right.deposit_id, wrong), amount_sen=2 * PRICE)
        with pytest.raises(NotFound):
            await settled(shop, deposits=ids(right), contract_id=elsewhere.contract.contract_id, amount_sen=PRICE)
    assert (await ani.now(right)).payout_id is None
    assert (await balances(shop))["bank"] == 0


@pytest.mark.parametrize("first", ["settled", "decided"])
@pytest.mark.parametrize("decision", ["accept", "refund"])
async def test_late_money_is_paid_out_whatever_becomes_of_it(
    shop: GatewayShop, ani: TopUps, first: str, decision: str
) -> None:
    """It waits in suspense, and is with the gateway like any other; decided before the payout or after, the gateway
    comes to nothing, and what a gateway gave back is taken off."""
    deposit, other = await late(ani), await topped_up(ani)
    assert (deposit.status, deposit.completed_at) == ("late", None)
    assert await balances(shop, "gateway", "suspense", "wallet") == {
        "gateway": 2 * PRICE, "suspense": -PRICE, "wallet": -PRICE,
    }  # fmt: skip
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert {one.payment: one.status for one in expected.payments} == {
        deposit.public_id: "late", other.public_id: "succeeded",
    }  # fmt: skip
    if first == "settled":
        await settled(shop, deposits=ids(deposit), amount_sen=PRICE)
        assert await check(shop.engine, shop.merchant_id) == []
    after = await decided(ani, deposit, decision)
    assert await check(shop.engine, shop.merchant_id) == []
    off: dict[str, Any] = {}
    if decision == "refund":
        assert (after.status, (await task_of(ani, deposit)).status) == ("refunded", "sending")
        task = await sent(ani, deposit)
        assert (task.status, task.contract_id) == ("done", shop.contract.contract_id)
        off = {"deposit_refunds": ((deposit.deposit_id, task.task_id),)}
    left = ids(other) if first == "settled" else ids(other, deposit)
    back_sen = PRICE if decision == "refund" else 0
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert (expected.gross_sen, expected.refunded_sen) == (PRICE * len(left), back_sen)
    await settled(shop, deposits=left, amount_sen=PRICE * len(left) - back_sen, reference="WD-2", **off)
    credited = PRICE if decision == "refund" else 2 * PRICE
    assert await balances(shop, *ALL) == {
        "gateway": 0, "bank": credited, "fees": 0, "sales": 0, "wallet": -credited, "suspense": 0, "refunds_owed": 0,
    }  # fmt: skip


@pytest.mark.parametrize("came", [rupiah(49_000), rupiah(50_700)])
@pytest.mark.parametrize("decision", ["accept", "refund"])
async def test_another_amount_is_paid_out_as_it_came(shop: GatewayShop, ani: TopUps, came: int, decision: str) -> None:
    """It waits in suspense, is paid out as it came, and accepted afterwards credits the wallet with exactly that; or
    goes back to the sen."""
    deposit = await topped_up(ani, paid_sen=came)
    assert (deposit.status, deposit.came_sen, await ani.balance()) == ("pending", came, 0)
    [expected] = await shop.engine.payouts.expected(shop.merchant_id, "production", real_now())
    assert [(one.status, one.taken_sen) for one in expected.payments] == [("late", came)]
    await settled(shop, deposits=ids(deposit), amount_sen=came)
    assert await balances(shop, "gateway", "bank", "suspense") == {"gateway": 0, "bank": came, "suspense": -came}
    assert await check(shop.engine, shop.merchant_id) == []
    # What was paid out is what came, whatever the gateway or a person says later.
    await shop.engine.submit(seen_of(deposit, Seen("paid", "toy", paid_sen=PRICE)))
    with pytest.raises(StateConflict) as refused:
        await shop.engine.submit(RecordDeposit(**ani.names(deposit), outcome="paid", by="t"))
    assert (refused.value.thing, refused.value.state) == ("deposit", "settled")
    after = await decided(ani, deposit, decision)
    if decision == "accept":
        assert (after.status, after.amount_sen, after.pay_sen, after.came_sen) == ("succeeded", came, came, None)
        assert await ani.balance() == came
        assert await balances(shop, *ALL) == dict.fromkeys(ALL, 0) | {"bank": came, "wallet": -came}
        return
    task = await sent(ani, deposit)
    assert (task.status, task.amount_sen, shop.toy.given_back) == ("done", came, [(deposit.public_id, came)])
    await settled(
        shop, await paid(shop), deposits=ids(await topped_up(ani)), reference="WD-2", amount_sen=2 * PRICE - came,
        deposit_refunds=((deposit.deposit_id, task.task_id),),
    )  # fmt: skip
    assert (await balances(shop))["gateway"] == 0


async def test_what_a_person_sends_back_leaves_the_bank(shop: GatewayShop, ani: TopUps) -> None:
    """This way gives nothing back: the gateway pays out the whole, and the refund is taken off no payout."""
    deposit = await late(ani, "BCA")
    await decided(ani, deposit, "refund")
    task = await sent(ani, deposit)
    assert (task.status, task.contract_id, task.reference) == ("done", None, "BCA-1")
    with pytest.raises(StateConflict):
        await settled(shop, deposits=ids(deposit), deposit_refunds=((deposit.deposit_id, task.task_id),), amount_sen=0)
    await settled(shop, deposits=ids(deposit), amount_sen=PRICE)
    assert await balances(shop, *ALL) == dict.fromkeys(ALL, 0)


async def test_what_earlier_versions_left(shop: GatewayShop, ani: TopUps) -> None:
    """Late money that is in no account yet comes into the books once somebody decides, and into a payout from then
    on."""
    deposit = await late(ani)
    async with shop.engine.connection() as connection:
        await connection.execute("DELETE FROM transfers WHERE merchant_id = %s", (shop.merchant_id,))
        await connection.execute("UPDATE deposits SET held_at = NULL WHERE merchant_id = %s", (shop.merchant_id,))
    assert await check(shop.engine, shop.merchant_id) == []
    assert await shop.engine.payouts.expected(shop.merchant_id, "production", real_now()) == []
    with pytest.raises(StateConflict):
        await settled(shop, deposits=ids(deposit), amount_sen=PRICE)
    await decided(ani, deposit, "refund")
    assert await balances(shop, "gateway", "refunds_owed") == {"gateway": PRICE, "refunds_owed": -PRICE}
    await settled(shop, deposits=ids(deposit), amount_sen=PRICE)


async def came(shop: GatewayShop, deposit: Deposit, at: datetime) -> None:
    """The money came then."""
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE deposits SET completed_at = CASE WHEN completed_at IS NULL THEN NULL ELSE %s END, "
            "held_at = CASE WHEN held_at IS NULL THEN NULL ELSE %s END WHERE merchant_id = %s AND deposit_id = %s",
            (at, at, shop.merchant_id, deposit.deposit_id),
        )


async def test_expected_by_the_rule_and_late_when_its_day_is_over(shop: GatewayShop, ani: TopUps) -> None:
    """By the rule of the way to pay, as orders are; what waits for a decision by when it came. The metric counts
    both."""

    async def counted() -> int:
        found = await read_gauges(shop.engine)
        assert found.payouts is not None
        return found.payouts[0][1]

    before = await counted()
    waits, done = await late(ani), await topped_up(ani)
    payment = await paid(shop)
    assert await counted() == before
    await came(shop, waits, datetime(2026, 11, 27, 23, 0, tzinfo=JAKARTA))
    await came(shop, done, datetime(2026, 11, 28, 0, 30, tzinfo=JAKARTA))
    found = await shop.engine.payouts.expected(
        shop.merchant_id, "production", datetime(2026, 12, 2, 0, 0, tzinfo=JAKARTA)
    )
    assert next((one.day, len(one.payments), one.late) for one in found) == (date(2026, 12, 1), 2, True)
    assert payment.public_id in {one.payment for each in found for one in each.payments}
    for one in (waits, done):
        await came(shop, one, real_now() - timedelta(days=40))
    assert await counted() == before + 2
    await settled(shop, deposits=ids(waits, done), amount_sen=2 * PRICE)
    assert await counted() == before


async def test_the_gateways_list_names_top_ups(shop: GatewayShop, ani: TopUps) -> None:
    """Known by our code or the gateway's own id; no difference where both agree, also about another amount and about
    what went back; one that is not in the list, or not paid here, is named."""
    done, other, back, waits = await topped_up(ani), await topped_up(ani, paid_sen=PRICE + 700), await late(ani), (
        await ani.started()
    )  # fmt: skip
    payment = await paid(shop)
    await decided(ani, back, "refund")
    await sent(ani, back)
    reads, of, today = shop.engine.payouts, (shop.merchant_id,), jakarta(real_now()).date()
    contracts = [shop.contract.contract_id]
    ours = await reads.at_gateway(*of, contracts, today - timedelta(days=1), today, 50)
    assert {one.payment for one in ours} == {one.public_id for one in (done, other, back, payment)}
    assert [(one.payment, one.came) for one in await reads.named(*of, "production", contracts, [waits.public_id])] == [
        (waits.public_id, False)
    ]
    lines = [
        TheirLine(2, done.public_id, "", PRICE, None, "paid", None),
        TheirLine(3, "", f"toy-{other.public_id}", PRICE + 700, None, "paid", None),
        TheirLine(4, back.public_id, "", PRICE, None, "refunded", None),
        TheirLine(5, payment.public_id, "", PRICE, None, "paid", None),
    ]
    first = today - timedelta(days=1)
    assert compare(lines, ours, first, today).differences == ()
    names = [waits.public_id, f"toy-{other.public_id}"]
    ours += await reads.named(*of, "production", contracts, names)
    lines = [*lines[1:], TheirLine(6, waits.public_id, "", PRICE, None, "paid", None)]
    assert [(one.kind, one.payment, one.order) for one in compare(lines, ours, first, today).differences] == [
        ("not paid here", waits.public_id, ""), ("not there", done.public_id, ""),
    ]  # fmt: skip


@dataclass
class Mix:
    """What came through a gateway, in any mix, and what is known of it. ``open``: not paid out yet; ``undecided``:
    top-ups about which somebody must decide."""

    shop: GatewayShop
    ani: TopUps
    dice: random.Random
    open: list[Payment | Deposit] = field(default_factory=list[Payment | Deposit])
    undecided: list[Deposit] = field(default_factory=list[Deposit])
    off: list[tuple[Deposit | Payment, int, int]] = field(default_factory=list[tuple[Deposit | Payment, int, int]])
    payments: list[Payment] = field(default_factory=list[Payment])
    gross: int = 0
    kept: int = 0
    back: int = 0
    by_hand: int = 0
    credited: int = 0
    number: int = 0

    async def money_comes(self) -> None:
        """For an order or a top-up: in time, late, or another amount."""
        fee = {"fee_sen": self.dice.choice([None, rupiah(1_000)])}
        kind, channel = self.dice.choice(["order", "top-up", "late", "other"]), self.dice.choice(["BNI", "BCA"])
        if kind == "order":
            payment = await paid(self.shop, "BNI", **fee)
            self.payments.append(payment)
            self.open.append(payment)
            self.gross += PRICE
            return
        paid_sen = PRICE + rupiah(self.dice.choice([-7, 9])) if kind == "other" else PRICE
        make = late if kind == "late" else topped_up
        deposit = await make(self.ani, channel, paid_sen=paid_sen, **fee)
        self.open.append(deposit)
        self.gross += paid_sen
        if kind == "top-up":
            self.credited += PRICE
        else:
            self.undecided.append(deposit)

    async def somebody_decides(self) -> None:
        """About a top-up that waits, or a part of an order's money goes back."""
        if not self.undecided or self.dice.random() < 0.3:
            for payment in self.dice.sample(self.payments, min(1, len(self.payments))):
                amount_sen = rupiah(self.dice.randint(1, 5) * 1_000)
                self.off.append((payment, await refunded(self.shop, payment, amount_sen), amount_sen))
                self.back += amount_sen
            return
        deposit = self.undecided.pop(self.dice.randrange(len(self.undecided)))
        if self.dice.random() < 0.5:
            self.credited += (await decided(self.ani, deposit, "accept")).amount_sen
            return
        await decided(self.ani, deposit, "refund")
        task = await sent(self.ani, deposit)
        if task.contract_id is None:
            self.by_hand += task.amount_sen
        else:
            self.off.append((deposit, task.task_id, task.amount_sen))
            self.back += task.amount_sen

    async def paid_out(self, *, everything: bool) -> None:
        """Some of what is open, less some of what the gateway gave back, less a fee."""
        size = len(self.open) if everything else self.dice.randint(0, len(self.open))
        part, self.open = self.open[:size], self.open[size:]
        gross = sum([(await self.stands(one)).taken_sen for one in part])
        fee = rupiah(self.dice.randint(0, 5) * 100) if part else 0
        if not part:
            return
        off = list[tuple[Deposit | Payment, int, int]]()
        for one in list(self.off):
            if gross - fee - sum(sen for *_, sen in off) >= one[2]:
                off.append(one)
                self.off.remove(one)
        self.kept, self.number = self.kept + fee, self.number + 1
        await settled(
            self.shop, *(one for one in part if isinstance(one, Payment)),
            deposits=tuple(one.deposit_id for one in part if isinstance(one, Deposit)), fee_sen=fee,
            refunds=tuple((one.order_id, task) for one, task, _ in off if isinstance(one, Payment)),
            deposit_refunds=tuple((one.deposit_id, task) for one, task, _ in off if isinstance(one, Deposit)),
            amount_sen=gross - fee - sum(sen for *_, sen in off), reference=f"WD-{self.number}",
        )  # fmt: skip

    async def stands(self, one: Payment | Deposit) -> Payment | Deposit:
        return await self.ani.now(one) if isinstance(one, Deposit) else await now(self.shop, one)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_comes_the_gateway_returns_to_zero(shop: GatewayShop, ani: TopUps, seed: int) -> None:
    """Orders and top-ups, in time, late and of other amounts, refunds by the gateway and by hand, fees known or not,
    payouts in any parcels, decisions before and after them: the books are sound after each step, and once all is
    decided and paid out the gateway has nothing, to the sen."""
    mix = Mix(shop, ani, random.Random(seed))
    await change_settings(
        shop.engine, shop.merchant_id, {"payment_fees": {"va": {"fixed_rupiah": mix.dice.choice([0, 2_000])}}}
    )
    acts = [mix.money_comes] * 8 + [mix.somebody_decides] * 5
    mix.dice.shuffle(acts)
    for step, act in enumerate(acts):
        await act()
        if step % 4 == 3:
            await mix.paid_out(everything=False)
            assert await check(shop.engine, shop.merchant_id) == []
    while mix.undecided:
        await mix.somebody_decides()
    # Enough for what is still to be taken off.
    for _ in range(sum(sen for *_, sen in mix.off) // PRICE + 1):
        mix.open.append(await paid(shop))
        mix.gross += PRICE
    await mix.paid_out(everything=True)
    assert mix.off == []
    found = await balances(shop, *ALL)
    assert (found["gateway"], found["suspense"], found["refunds_owed"]) == (0, 0, 0)
    assert found["bank"] == mix.gross - mix.back - mix.by_hand - mix.kept
    assert (found["fees"], -found["wallet"], await ani.balance()) == (mix.kept, mix.credited, mix.credited)
    assert sum(found.values()) == 0
    assert await shop.engine.payouts.expected(shop.merchant_id, "production", real_now()) == []
