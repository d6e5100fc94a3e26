"""Money that came into a seller's account fills the wallet it was meant for, once, and waits where that is not sure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import pytest_asyncio
from money_kit import BCA, METHODS, PRICE, MoneyShop, money_shop

from gerai.domain.money import MAX_TOTAL_SEN, rupiah
from gerai.domain.refusals import AmountMismatch, NotFound, StateConflict
from gerai.engine.arrivals import take
from gerai.engine.arrivals.decide import BookArrival
from gerai.engine.arrivals.take import BankLine
from gerai.engine.arrivals.target import OfDeposit, OfPayment
from gerai.engine.check import check
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.merchants.open import change_settings
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now


@pytest_asyncio.fixture
async def shop(dsn: str) -> AsyncGenerator[MoneyShop]:
    async with money_shop(dsn) as opened:
        yield opened


async def test_it_pays_the_one_that_asked_for_it(shop: MoneyShop) -> None:
    """Of five top-ups and five orders at one price the one whose payer was asked for this amount has its money; the
    others wait on, and the wallet has the price once."""
    orders = [await shop.started() for _ in range(5)]
    deposits = [await shop.deposit() for _ in range(5)]
    kept = await shop.take(deposits[2].pay_sen)
    assert (kept.status, kept.order_id, kept.payment_id) == ("booked", None, None)
    assert kept.deposit_id == deposits[2].deposit_id
    assert [(await shop.deposit_now(one)).status for one in deposits] == [
        "succeeded" if n == 2 else "pending" for n in range(5)
    ]
    assert (await shop.wallet()).available_sen == PRICE
    kept = await shop.take(orders[3][1].asked_sen)
    assert (kept.order_id, kept.deposit_id) == (orders[3][0].order.order_id, None)
    assert [(await shop.now(one)).order.charged_sen for one, _ in orders] == [PRICE if n == 3 else 0 for n in range(5)]
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.sound()


async def test_the_same_line_is_one_money(shop: MoneyShop) -> None:
    """Taken ten times at the same moment through two processes, and once more later, it fills the wallet once; the same
    amount on another line is other money, and waits."""
    deposit = await shop.deposit()
    kept = await asyncio.gather(*(shop.take(deposit.pay_sen, "BCA-1", n % 2) for n in range(10)))
    assert len({one.arrival_id for one in kept}) == 1
    assert (await shop.take(deposit.pay_sen, "BCA-1")).status == "booked"
    assert (await shop.take(deposit.pay_sen, "BCA-2")).status == "waiting"
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.moved() == {"gateway": -deposit.pay_sen, "wallet": PRICE, "fees": deposit.matching_sen}
    assert await shop.sound()


async def test_confirmed_and_found_at_the_same_moment(shop: MoneyShop) -> None:
    """A person confirms what a list brings, at once through two processes, ten times: one of them books it, and the
    wallet has it once."""
    for n in range(10):
        deposit = await shop.deposit()
        by_hand = RecordDeposit(**shop.names, deposit_id=deposit.deposit_id, outcome="paid", by="operator:t")
        await asyncio.gather(shop.take(deposit.pay_sen), shop.engines[1].submit(by_hand), return_exceptions=True)
        assert (await shop.deposit_now(deposit)).status == "succeeded"
        assert (await shop.wallet()).available_sen == PRICE * (n + 1)
    assert await shop.sound()


async def test_what_fits_several_waits(shop: MoneyShop) -> None:
    """A top-up and an order that ask for the price itself: nobody guesses. Both are named, and a person's word fills
    the wallet, once; money of another amount is not the deposit's, whoever says so."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": "none"})
    (view, payment), deposit = await shop.started(), await shop.deposit()
    kept = await shop.take(PRICE)
    assert (kept.status, kept.deposit_id) == ("waiting", None)
    may_be = await take.candidates(shop.engines[0], shop.merchant_id, shop.account.receiving_id, PRICE)
    assert {(one.name, one.status) for one in may_be} == {
        (view.order.number, "processing"), (deposit.public_id, "pending"),
    }  # fmt: skip
    strange = await shop.take(rupiah(1_234))
    target = OfDeposit(deposit.deposit_id)
    with pytest.raises(AmountMismatch):
        await shop.engines[0].submit(
            BookArrival(**shop.names, arrival_id=strange.arrival_id, target=target, by="operator:t")
        )
    book = BookArrival(**shop.names, arrival_id=kept.arrival_id, target=target, by="operator:t")
    booked = (await shop.engines[0].submit(book)).answer
    assert (booked.status, booked.deposit_id, booked.decided_by) == ("booked", deposit.deposit_id, "operator:t")
    for again in (
        book,
        BookArrival(
            **shop.names, arrival_id=kept.arrival_id, target=OfPayment(view.order.order_id, payment.payment_id), by="t"
        ),
    ):
        with pytest.raises(StateConflict):
            await shop.engines[0].submit(again)
    assert (await shop.wallet()).available_sen == PRICE
    assert (await shop.now(view)).order.charged_sen == 0
    # Now it can be the order's only.
    assert (await shop.take(PRICE)).order_id == view.order.order_id
    assert await shop.sound()


async def test_two_decisions_at_the_same_moment(shop: MoneyShop) -> None:
    """Of two people one books the money for the top-up and the other for an order: one of them does."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": "none"})
    for _ in range(5):
        before = (await shop.wallet()).available_sen
        (view, payment), deposit = await shop.started(), await shop.deposit()
        kept = await shop.take(PRICE)
        assert kept.status == "waiting"
        names = {**shop.names, "arrival_id": kept.arrival_id, "by": "operator:t"}
        targets = (OfDeposit(deposit.deposit_id), OfPayment(view.order.order_id, payment.payment_id))
        commands = [BookArrival(**names, target=target) for target in targets]
        said = await asyncio.gather(
            *(shop.engines[n].submit(one) for n, one in enumerate(commands)), return_exceptions=True
        )
        assert sum(isinstance(one, StateConflict) for one in said) == 1
        filled = (await shop.wallet()).available_sen - before
        assert {filled, (await shop.now(view)).order.charged_sen} == {0, PRICE}
        # What is left over is ended by name, so that the next round begins alone.
        names = {**shop.names, "outcome": "failed"}
        named = RecordPayment(**names, order_id=view.order.order_id, payment_id=payment.payment_id)
        await shop.engines[0].submit(named if filled else RecordDeposit(**names, deposit_id=deposit.deposit_id))
    assert await shop.sound()


async def test_no_money_is_from_before_it_was_asked_for(shop: MoneyShop) -> None:
    """What came before the top-up was started never fills its wallet by itself, but a person may say so."""
    deposit = await shop.deposit()
    kept = await shop.take(deposit.pay_sen, at=deposit.created_at - timedelta(minutes=6))
    assert kept.status == "waiting"
    assert (await shop.wallet()).available_sen == 0
    book = BookArrival(
        **shop.names, arrival_id=kept.arrival_id, target=OfDeposit(deposit.deposit_id), by="operator:t"
    )  # fmt: skip
    assert (await shop.engines[0].submit(book)).answer.status == "booked"
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.sound()


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
@pytest.mark.parametrize(("rule", "stands"), [("accept", "succeeded"), ("wallet", "succeeded"), ("hold", "late")])
async def test_slow_money(shop: MoneyShop, ended: str, rule: str, stands: str) -> None:
    """The top-up had ended when the transfer came: it is that one's money all the same, and the merchant's rule
    decides. Held, it is in no wallet but in suspense until a person decides; then it is there once."""
    await change_settings(shop.engines[0], shop.merchant_id, {"late_payment": rule})
    deposit = await shop.deposit()
    names = {**shop.names, "deposit_id": deposit.deposit_id}
    await shop.engines[0].submit(
        CancelDeposit(**names) if ended == "cancelled" else RecordDeposit(**names, outcome="expired")
    )
    kept = await shop.take(deposit.pay_sen)
    assert (kept.status, kept.deposit_id) == ("booked", deposit.deposit_id)
    assert (await shop.deposit_now(deposit)).status == stands
    assert (await shop.wallet()).available_sen == (PRICE if stands == "succeeded" else 0)
    assert [one.deposit_id for one in await shop.engines[0].deposits.late(shop.merchant_id, 10)] == (
        [deposit.deposit_id] if stands == "late" else []
    )
    assert await shop.sound()
    waited = dict[str, int]()
    if stands == "late":
        assert await shop.moved() == {"gateway": -deposit.pay_sen, "suspense": deposit.pay_sen}
        await shop.engines[0].submit(ResolveLateDeposit(**names, decision="accept", note="seen"))
        waited = {"suspense": 0}
    assert await shop.moved() == {
        "gateway": -deposit.pay_sen, "wallet": PRICE, "fees": deposit.matching_sen, **waited,
    }  # fmt: skip
    assert await shop.sound()


async def test_after_three_days_it_is_nobodys(shop: MoneyShop) -> None:
    """A top-up that ended longer ago is no candidate any more: its amount may be somebody else's."""
    deposit = await shop.deposit()
    await shop.engines[0].submit(CancelDeposit(**shop.names, deposit_id=deposit.deposit_id))
    await shop.rows("UPDATE deposits SET updated_at = now() - interval '73 hours' WHERE merchant_id = %s")
    assert (await shop.take(deposit.pay_sen)).status == "waiting"
    may_be = await take.candidates(shop.engines[0], shop.merchant_id, shop.account.receiving_id, deposit.pay_sen)
    assert may_be == []
    assert (await shop.wallet()).available_sen == 0


async def test_one_that_has_its_money(shop: MoneyShop) -> None:
    """Confirmed by hand before the list was read: the line waits, and nobody can fill the wallet with it again."""
    deposit = await shop.deposit()
    by_hand = RecordDeposit(
        **shop.names, deposit_id=deposit.deposit_id, outcome="paid", by="operator:t", provider_reference="BCA-9"
    )  # fmt: skip
    done = (await shop.engines[0].submit(by_hand)).answer
    assert (done.status, done.provider_reference) == ("succeeded", "BCA-9")
    said = await shop.rows("SELECT facts FROM events WHERE merchant_id = %s AND name = 'deposit.confirmed'")
    assert said == [
        ({"deposit_id": deposit.deposit_id, "deposit": deposit.public_id, "by": "operator:t", "reference": "BCA-9",
          "amount_sen": deposit.pay_sen},)
    ]  # fmt: skip
    kept = await shop.take(deposit.pay_sen)
    assert kept.status == "waiting"
    book = BookArrival(
        **shop.names, arrival_id=kept.arrival_id, target=OfDeposit(deposit.deposit_id), by="operator:t"
    )  # fmt: skip
    with pytest.raises(StateConflict):
        await shop.engines[0].submit(book)
    assert len(await take.waiting(shop.engines[0], shop.merchant_id)) == 1
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.sound()


async def test_a_wallet_that_can_take_no_more(shop: MoneyShop) -> None:
    """Its money waits, and so does the top-up; the books hold."""
    deposit = await shop.deposit()
    full = "UPDATE accounts SET credits_posted = %s, debits_posted = %s WHERE merchant_id = %s AND account_id = %s"
    async with shop.engines[0].connection() as connection:
        await connection.execute(full, (MAX_TOTAL_SEN, MAX_TOTAL_SEN, shop.merchant_id, shop.wallet_id))
        assert (await shop.take(deposit.pay_sen)).status == "waiting"
        assert (await shop.deposit_now(deposit)).status == "pending"
        await connection.execute(full, (0, 0, shop.merchant_id, shop.wallet_id))
    assert await shop.sound()


async def test_accounts_and_strangers(shop: MoneyShop) -> None:
    """Money in one account is no top-up into another one, nor one that is not there; a closed account is known all the
    same, for payers who saw it pay there."""
    deposit = await shop.deposit()
    other = await open_account(shop.engines[0], shop.merchant_id, METHODS["bank_transfer"], BCA | {"bank": "BRI"}, "t")
    line = BankLine("x", deposit.pay_sen, real_now(), "")
    elsewhere = await take.take(shop.engines[0], shop.merchant_id, other.receiving_id, line, "statement")
    assert elsewhere.status == "waiting"
    for target in (OfDeposit(deposit.deposit_id + 1_000_000), OfPayment(1, 1)):
        with pytest.raises(NotFound):
            await shop.engines[0].submit(
                BookArrival(**shop.names, arrival_id=elsewhere.arrival_id, target=target, by="t")
            )
    assert (await shop.wallet()).available_sen == 0
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    assert (await shop.take(deposit.pay_sen)).deposit_id == deposit.deposit_id
    assert (await shop.wallet()).available_sen == PRICE
    assert await shop.sound()


async def test_the_books_find_what_is_booked_wrongly(shop: MoneyShop) -> None:
    """An arrival that is booked for more than its deposit asked is a broken invariant."""
    deposit = await shop.deposit()
    await shop.take(deposit.pay_sen)
    # Put back in the end: whoever checks the books of this whole database later finds them right.
    for more_sen, broken in ((100, ["arrivals_paid"]), (-100, list[str]())):
        await shop.rows(f"UPDATE arrivals SET amount_sen = amount_sen + {more_sen} WHERE merchant_id = %s")
        assert [one.invariant for one in await check(shop.engines[0], shop.merchant_id)] == broken
