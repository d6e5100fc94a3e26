"""Money that came into a seller's account pays what it can be, once, and waits where it can be several or none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from money_kit import BCA, METHODS, PRICE, MoneyShop, money_shop

from gerai.domain.money import rupiah
from gerai.domain.refusals import AmountMismatch, NotFound, StateConflict
from gerai.engine.arrivals import take
from gerai.engine.arrivals.decide import BookArrival, DismissArrival
from gerai.engine.arrivals.take import BankLine
from gerai.engine.arrivals.target import OfPayment
from gerai.engine.check import check
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import jakarta, real_now


@pytest_asyncio.fixture
async def shop(dsn: str) -> AsyncGenerator[MoneyShop]:
    async with money_shop(dsn) as opened:
        yield opened


async def test_it_pays_the_one_that_asked_for_it(shop: MoneyShop) -> None:
    """Of ten orders at one price the one whose payer was asked for this amount is paid, and no other."""
    orders = [await shop.started() for _ in range(10)]
    view, payment = orders[4]
    kept = await shop.take(payment.asked_sen)
    assert (kept.status, kept.order_id, kept.payment_id) == ("booked", view.order.order_id, payment.payment_id)
    paid = [(await shop.now(one)).order.charged_sen for one, _ in orders]
    assert paid == [PRICE if n == 4 else 0 for n in range(10)]
    assert await shop.sound()


async def test_no_money_is_from_before_the_order(shop: MoneyShop) -> None:
    """A list of the last days has an amount that was somebody else's then: what came before the order was placed never
    pays it by itself, but a person may say so. A bank that names the day alone may mean its evening."""
    view, payment = await shop.started()
    placed, today = view.order.created_at, view.order.created_at.replace(hour=0, minute=0, second=0, microsecond=0)
    kept = [
        await shop.take(payment.asked_sen, at=placed - timedelta(minutes=6)),
        await shop.take(payment.asked_sen, at=placed - timedelta(days=20)),
        await shop.take(payment.asked_sen, at=today - timedelta(days=1), day_only=True),
    ]
    assert [one.status for one in kept] == ["waiting"] * 3
    assert (await shop.now(view)).order.charged_sen == 0
    may_be = await take.candidates(shop.engines[0], shop.merchant_id, shop.account.receiving_id, payment.asked_sen)
    assert [one.name for one in may_be] == [view.order.number]
    other, asked = await shop.started()
    assert (await shop.take(payment.asked_sen, at=today, day_only=True)).status == "booked"
    assert (await shop.take(asked.asked_sen, at=other.order.created_at - timedelta(minutes=4))).status == "booked"
    assert await shop.sound()


async def test_one_money_that_several_tell_of_pays_once(shop: MoneyShop) -> None:
    """Where payers are asked for the price itself: what one sender told of paid the first order. The same money told by
    another sender, by the bank's list, and after a person confirmed it, waits beside an order that was placed since; a
    second money of the first sender pays that."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": "none"})

    async def told(source: str, key: str, **facts: Any) -> Any:
        line = BankLine(f"{source}:{key}", PRICE, real_now(), "QRIS")._replace(**facts)
        return await take.take(shop.engines[0], shop.merchant_id, shop.account.receiving_id, line, source)

    first, _ = await shop.started()
    assert (await told("qrisly", "1")).status == "booked"
    second, _ = await shop.started()
    today = real_now().replace(hour=0, minute=0, second=0, microsecond=0)
    others = [
        await told("phone", "1"),
        await told("phone", "2", at=real_now() - timedelta(minutes=50)),
        await told("statement", "1", at=today, day_only=True),
    ]
    assert [one.status for one in others] == ["waiting"] * 3
    assert [(await shop.now(one)).order.charged_sen for one in (first, second)] == [PRICE, 0]
    assert (await told("qrisly", "2")).status == "booked"
    third, payment = await shop.started()
    by_hand = RecordPayment(
        **shop.names, order_id=third.order.order_id, payment_id=payment.payment_id, outcome="paid", by="t"
    )
    await shop.engines[0].submit(by_hand)
    fourth, _ = await shop.started()
    assert (await told("statement", "2")).status == "waiting"
    assert (await shop.now(fourth)).order.charged_sen == 0
    assert await shop.sound()


async def test_the_same_line_is_one_money(shop: MoneyShop) -> None:
    """Taken ten times at the same moment through two processes, and once more later, it pays once; what comes under the
    same words another time is other money, and waits, for nobody else asked for it."""
    (view, payment), at = await shop.started(), real_now()
    kept = await asyncio.gather(*(shop.take(payment.asked_sen, "BCA-1", n % 2, at=at) for n in range(10)))
    assert len({one.arrival_id for one in kept}) == 1
    assert (await shop.take(payment.asked_sen, "BCA-1", at=at)).arrival_id == kept[0].arrival_id
    assert (await shop.now(view)).order.charged_sen == PRICE
    assert (await shop.take(payment.asked_sen, "BCA-2")).status == "waiting"
    assert [one.arrival_key for one in await take.waiting(shop.engines[0], shop.merchant_id)] == ["BCA-2"]
    assert await shop.sound()


async def test_other_money_under_a_key_that_is_known_is_kept(shop: MoneyShop) -> None:
    """Whoever told of it gave two moneys one key: the second is not taken for the first, whatever its amount or its
    time is, nor pays anything by itself; taken again it is known. A list that says the day alone has the same money,
    and so has a sender that does not say when it came."""
    (view, payment), (other, asked), at = await shop.started(), await shop.started(), real_now()
    first = await shop.take(payment.asked_sen, "TRF", at=at)
    assert first.status == "booked"
    for _ in range(2):
        kept = await asyncio.gather(
            *(shop.take(asked.asked_sen, "TRF", n % 2, at=at) for n in range(4)),
            *(shop.take(payment.asked_sen, "TRF", n % 2, at=at + timedelta(minutes=2)) for n in range(4)),
        )
        assert len({one.arrival_id for one in kept} - {first.arrival_id}) == 2
    day = jakarta(at).replace(hour=0, minute=0, second=0, microsecond=0)
    for same in ({"at": day, "day_only": True}, {"at": at + timedelta(days=3), "timed": False}):
        assert (await shop.take(payment.asked_sen, "TRF", **same)).arrival_id == first.arrival_id
    waits = await take.waiting(shop.engines[0], shop.merchant_id)
    assert sorted(one.amount_sen for one in waits) == sorted([asked.asked_sen, payment.asked_sen])
    assert [(await shop.now(one)).order.charged_sen for one in (view, other)] == [PRICE, 0]
    # Of a list's lines those are left out that were taken, and no others.
    lines = [
        BankLine("TRF", sen, when, "KOPI")
        for sen, when in ((payment.asked_sen, at), (asked.asked_sen, at), (rupiah(7), at))
    ]
    of = (shop.engines[0], shop.merchant_id, shop.account.receiving_id)
    assert [line.amount_sen for line in await take.not_kept(*of, lines)] == [rupiah(7)]
    assert await shop.sound()


async def test_what_fits_several_or_none_waits(shop: MoneyShop) -> None:
    """Two orders that ask for the price itself: nobody guesses; the candidates are named, and one decision pays the one
    that was meant, while the other is still asked for its own. An amount that nobody was asked for waits, too."""
    await change_settings(shop.engines[0], shop.merchant_id, {"matching_amount": "none"})
    (first, _), (second, payment) = await shop.started(), await shop.started()
    kept = await shop.take(PRICE)
    assert kept.status == "waiting"
    may_be = await take.candidates(shop.engines[0], shop.merchant_id, shop.account.receiving_id, PRICE)
    assert {one.name for one in may_be} == {first.order.number, second.order.number}
    target = OfPayment(second.order.order_id, payment.payment_id)
    names = {**shop.names, "target": target, "by": "operator:t"}
    booked = (await shop.engines[0].submit(BookArrival(**names, arrival_id=kept.arrival_id))).answer
    assert (booked.status, booked.decided_by) == ("booked", "operator:t")
    assert [(await shop.now(one)).order.charged_sen for one in (first, second)] == [0, PRICE]
    with pytest.raises(StateConflict):
        await shop.engines[0].submit(BookArrival(**names, arrival_id=kept.arrival_id))
    # Now it can be one only.
    assert (await shop.take(PRICE)).order_id == first.order.order_id
    strange = await shop.take(rupiah(1_234))
    assert strange.status == "waiting"
    with pytest.raises(AmountMismatch):
        await shop.engines[0].submit(BookArrival(**names, arrival_id=strange.arrival_id))
    dismissed = DismissArrival(**shop.names, arrival_id=strange.arrival_id, by="operator:t")
    assert (await shop.engines[0].submit(dismissed)).answer.status == "dismissed"
    with pytest.raises(StateConflict):
        await shop.engines[0].submit(dismissed)
    assert await take.waiting(shop.engines[0], shop.merchant_id) == []
    assert await shop.sound()


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
async def test_slow_money_of_a_payment_that_ended(shop: MoneyShop, ended: str) -> None:
    """The payer chose another way, or the order's time was over, when the transfer came: it is that order's money all
    the same, in time or late by the merchant's rule."""
    view, payment = await shop.started(expires_at=real_now() + timedelta(hours=1))
    if ended == "cancelled":
        cancel = CancelPayment(**shop.names, order_id=view.order.order_id, payment_id=payment.payment_id)
        await shop.engines[0].submit(cancel)
    else:
        async with shop.engines[0].connection() as connection:
            await connection.execute(
                "UPDATE orders SET expires_at = now() - interval '1 second' WHERE merchant_id = %s AND order_id = %s",
                (shop.merchant_id, view.order.order_id),
            )
        await shop.engines[0].submit(ExpireOrder(**shop.names, order_id=view.order.order_id))
    kept = await shop.take(payment.asked_sen)
    after = await shop.now(view)
    assert (kept.status, after.order.charged_sen, after.payments[0].status) == ("booked", PRICE, "completed")
    assert await shop.sound()


async def test_an_order_that_has_its_money(shop: MoneyShop) -> None:
    """Confirmed by hand before the list was read: the line waits, and is the second money of that order only when a
    person says so. Dismissed, it stays away."""
    view, payment = await shop.started()
    paid = RecordPayment(
        **shop.names, order_id=view.order.order_id, outcome="paid", payment_id=payment.payment_id, by="operator:t",
        reference="by hand",
    )  # fmt: skip
    await shop.engines[0].submit(paid)
    kept = await shop.take(payment.asked_sen)
    assert kept.status == "waiting"
    assert (await shop.now(view)).order.charged_sen == PRICE
    with pytest.raises(StateConflict):
        await shop.engines[0].submit(
            BookArrival(
                **shop.names, arrival_id=kept.arrival_id, by="operator:t",
                target=OfPayment(view.order.order_id, payment.payment_id),
            )
        )  # fmt: skip
    assert len(await take.waiting(shop.engines[0], shop.merchant_id)) == 1
    assert await shop.sound()


async def test_accounts_and_strangers(shop: MoneyShop) -> None:
    """Money in one account is nobody's payment into another one or of another merchant; a closed account is known all
    the same, for payers who saw it pay there."""
    _, payment = await shop.started()
    other = await open_account(shop.engines[0], shop.merchant_id, METHODS["bank_transfer"], BCA | {"bank": "BRI"}, "t")
    line = BankLine("x", payment.asked_sen, real_now(), "")
    elsewhere = await take.take(shop.engines[0], shop.merchant_id, other.receiving_id, line, "statement")
    assert elsewhere.status == "waiting"
    stranger = await open_merchant(shop.engines[0], f"stranger{shop.engines[0].ids.next()}", "Toko Lain")
    with pytest.raises(NotFound):
        await take.take(shop.engines[0], stranger, shop.account.receiving_id, line, "statement")
    await close_account(shop.engines[0], shop.merchant_id, shop.account.receiving_id, "t")
    assert (await shop.take(payment.asked_sen)).status == "booked"
    assert await shop.sound()


async def test_the_books_find_what_is_booked_wrongly(shop: MoneyShop) -> None:
    """An arrival that is booked for more than its payment asked, or twice, is a broken invariant."""
    _, payment = await shop.started()
    kept = await shop.take(payment.asked_sen)
    # Put back in the end: whoever checks the books of this whole database later finds them right.
    for more_sen, broken in ((100, ["arrivals_paid"]), (-100, list[str]())):
        async with shop.engines[0].connection() as connection:
            await connection.execute(
                "UPDATE arrivals SET amount_sen = amount_sen + %s WHERE merchant_id = %s AND arrival_id = %s",
                (more_sen, shop.merchant_id, kept.arrival_id),
            )
        assert [one.invariant for one in await check(shop.engines[0], shop.merchant_id)] == broken
