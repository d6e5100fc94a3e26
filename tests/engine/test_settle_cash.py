"""A courier's payout: each order of it is paid once, its fee is a cost, and what does not add up books nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_kit import Shop, another_engine
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.domain.refusals import AmountMismatch, InputInvalid, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.settle_cash import SettleCash, shares

PARCEL = Parcel("jne", "REG", "", 77, 250, 20_000_00)


async def delivered(shop: Shop, total_sen: int = 100_000_00, *path: str) -> OrderView:
    """An order that nobody pays here, taken to its buyer."""
    view = (await shop.place("free", total_sen, status="confirmed", parcel=PARCEL)).view
    for target in path or ("shipped", "completed"):
        ids = (view.order.order_id,)
        await shop.engine.submit(ChangeStatus(**shop.owner, channel="test", order_ids=ids, target=target))
    return await now(shop, view)


async def now(shop: Shop, view: OrderView) -> OrderView:
    found = await shop.engine.orders.by_id(shop.merchant_id, view.order.order_id)
    assert found is not None
    return found


def payout(shop: Shop, *views: OrderView, **changes: Any) -> SettleCash:
    """A payout of these orders, less Rp10.000."""
    ids = tuple(view.order.order_id for view in views)
    amount_sen = sum(view.order.total_sen for view in views) - rupiah(10_000)
    facts = {"order_ids": ids, "amount_sen": amount_sen, "fee_sen": rupiah(10_000), "reference": "JNE-1", "by": "Sari"}
    return SettleCash(**shop.owner, **(facts | changes))


async def test_a_payout_pays_its_orders(shop: Shop) -> None:
    """Each is paid and settled by a payment of its own that names the payout and bears its share of the fee; it stays
    where it stands, and the gateway account holds what the courier paid."""
    views = [await delivered(shop, rupiah(amount)) for amount in (100_000, 200_000)]
    settled = (await shop.engine.submit(payout(shop, *views))).answer
    assert settled.booked
    for view, total, fee in zip(settled.orders, (100_000, 200_000), (3_333, 6_667), strict=True):
        assert view.invoice is not None
        [payment] = view.payments
        assert (view.order.status, view.order.payment_mark, view.invoice.status) == ("completed", "settled", "paid")
        assert (view.order.charged_sen, payment.amount_sen, payment.merchant_fee_sen) == (
            rupiah(total), rupiah(total), rupiah(fee),
        )  # fmt: skip
        assert (payment.method, payment.reference, payment.status) == ("cod", "JNE-1", "completed")
        assert await shop.flows(view) == [
            ("gateway", "sales", rupiah(total), "payment"), ("fees", "gateway", rupiah(fee), "fee"),
        ]  # fmt: skip
        assert (await shop.events(view))[-3:] == ["payment.completed", "invoice.paid", "invoice.settled"]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_it_is_booked_once(dsn: str, shop: Shop) -> None:
    """The same payout again, one after the other and at once through two engines: it is booked by one, and the others
    say that it was. Another payout of one of its orders is refused, with the order's name."""
    first, second, other_one = [await delivered(shop) for _ in range(3)]
    command = payout(shop, first, second)
    async with another_engine(dsn) as other:
        done = await asyncio.gather(*(engine.submit(command) for engine in (shop.engine, other) * 2))
    assert sorted(one.answer.booked for one in done) == [False] * 3 + [True]
    for spelled in ("jne-1", "JNE\u200b-1 "):
        again = await shop.engine.submit(payout(shop, first, second, reference=spelled))
        assert not again.answer.booked
    with pytest.raises(StateConflict) as refused:
        await shop.engine.submit(payout(shop, second, other_one, reference="JNE-2"))
    assert [(one.id, one.state) for one in refused.value.all] == [(second.order.public_id, "paid")]
    assert [len((await now(shop, view)).payments) for view in (first, second, other_one)] == [1, 1, 0]
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize(("changes", "right"), [({"fee_sen": 0}, 200_000), ({"amount_sen": rupiah(189_999)}, 190_000)])
async def test_what_does_not_add_up_books_nothing(shop: Shop, changes: dict[str, Any], right: int) -> None:
    """A rupiah less than the orders cost without the fee: refused with what it should be."""
    views = [await delivered(shop) for _ in range(2)]
    before = await shop.footprint()
    with pytest.raises(AmountMismatch) as refused:
        await shop.engine.submit(payout(shop, *views, **changes))
    assert refused.value.right_sen == rupiah(right)
    assert await shop.footprint() == before


async def test_only_what_was_sent_is_paid_by_a_courier(shop: Shop) -> None:
    """On its way is enough: reports get lost. What waits, came back, was cancelled or paid already is refused, all that
    are wrong at once, and the right ones with them are not booked."""
    wrong = [
        await delivered(shop, 100_000_00, "processing"), await delivered(shop, 100_000_00, "shipped", "returned"),
        await delivered(shop),
    ]  # fmt: skip
    cancelled = (await shop.place("free", 100_000_00, status="confirmed")).view
    await shop.do(CancelOrder, cancelled)
    paid = (wrong[2].order.order_id,)
    await shop.engine.submit(ChangeStatus(**shop.owner, channel="test", order_ids=paid, payment="paid"))
    right = await delivered(shop, 100_000_00, "shipped")
    with pytest.raises(StateConflict) as refused:
        await shop.engine.submit(payout(shop, *wrong, cancelled, right))
    assert [one.state for one in refused.value.all] == ["processing", "returned", "paid", "cancelled"]
    assert (await now(shop, right)).payments == ()
    done = (await shop.engine.submit(payout(shop, right))).answer
    assert [(view.order.status, view.order.payment_mark) for view in done.orders] == [("shipped", "settled")]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_nothing_of_others_is_paid(shop: Shop) -> None:
    """An order of the other environment is not there; a payout has a reference, and no amount below nothing."""
    view = await delivered(shop)
    command = payout(shop, view)
    elsewhere = SettleCash(
        merchant_id=shop.merchant_id, environment="sandbox", order_ids=command.order_ids, amount_sen=0, reference="R"
    )
    with pytest.raises(NotFound):
        await shop.engine.submit(elsewhere)
    for changes in ({"reference": ""}, {"reference": "\u200b"}, {"fee_sen": -1}, {"amount_sen": -1}):
        with pytest.raises(InputInvalid):
            await shop.engine.submit(payout(shop, view, **changes))
    assert (await now(shop, view)).payments == ()


@given(st.lists(st.integers(0, 10**7).map(rupiah), min_size=1, max_size=30), st.integers(0, 10**4))
def test_shares_add_up_and_none_is_more_than_its_order(totals_sen: list[int], per_myriad: int) -> None:
    """Whatever the orders cost, and whatever part of it the fee is."""
    fee_sen = sum(totals_sen) * per_myriad // 10**4 // 100 * 100
    found = shares(fee_sen, totals_sen)
    assert sum(found) == fee_sen
    assert all(0 <= share <= total and share % 100 == 0 for share, total in zip(found, totals_sen, strict=True))
