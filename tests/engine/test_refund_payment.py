"""Giving money back: never more than was paid, to the payer or into the member's wallet."""

from __future__ import annotations

import pytest

from engine_kit import Shop
from gerai.domain.refusals import NotFound, RefundTooLarge, StateConflict
from gerai.engine.check import check
from gerai.engine.orders.place import Placed
from gerai.engine.payments.refund import RefundPayment


async def paid_order(shop: Shop, **order: object) -> tuple[Placed, int]:
    """An order of Rp5.000 paid from outside, and its payment's id."""
    placed = await shop.place(**order)  # type: ignore[arg-type]
    view = await shop.pay(placed)
    return placed, view.payments[0].payment_id


async def test_a_refund_goes_back_to_the_payer(shop: Shop) -> None:
    """The whole amount: payment and invoice are refunded, and what was booked is booked out again."""
    placed, payment_id = await paid_order(shop)
    view = await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=5_000_00, note="broken")
    assert view.invoice is not None
    assert (view.payments[0].status, view.payments[0].refunded_sen) == ("refunded", 5_000_00)
    assert (view.invoice.status, view.order.refunded_sen, view.order.status) == ("refunded", 5_000_00, "failed")
    booked, returned = await shop.transfers(placed)
    assert (returned.debit_account_id, returned.credit_account_id) == (
        booked.credit_account_id,
        booked.debit_account_id,
    )
    assert (returned.amount_sen, returned.reason, returned.note) == (5_000_00, "refund", "broken")
    assert (await shop.events(placed))[-2:] == ["payment.refunded", "order.failed"]
    assert (await shop.wallet()).available_sen == 100_000_00


async def test_refunds_in_part_add_up_to_what_was_paid(shop: Shop) -> None:
    """Parts may be given back until nothing is left; one sen more than the rest is refused with both figures."""
    placed, payment_id = await paid_order(shop)
    view = await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=2_000_00)
    assert view.invoice is not None
    assert (view.payments[0].status, view.invoice.status, view.order.refunded_sen) == ("completed", "paid", 2_000_00)
    for too_much in (3_000_01, 0, -1):
        with pytest.raises(RefundTooLarge) as refused:
            await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=too_much)
        assert refused.value.facts() == {"requested_sen": too_much, "refundable_sen": 3_000_00}
    view = await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=3_000_00)
    assert view.payments[0].status == "refunded"
    with pytest.raises(StateConflict):
        await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=1)
    assert [t.amount_sen for t in await shop.transfers(placed)] == [5_000_00, 2_000_00, 3_000_00]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_refund_may_go_into_the_wallet(shop: Shop) -> None:
    """Money that came from outside is credited to the order's member instead of the payer."""
    placed, payment_id = await paid_order(shop, account_id=shop.account_id, member_id=shop.member_id)
    await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=1_500_00, to="wallet")
    assert (await shop.wallet()).available_sen == 101_500_00
    assert await check(shop.engine, shop.merchant_id) == []


async def test_what_a_wallet_paid_goes_back_to_the_wallet(shop: Shop) -> None:
    """A wallet payment is refunded into the wallet whatever was asked; there is no other payer."""
    placed = await shop.place("wallet", 60_000_00)
    payment_id = placed.view.payments[0].payment_id
    await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=60_000_00, to="payer")
    wallet = await shop.wallet()
    assert (wallet.available_sen, wallet.credits_posted, wallet.debits_posted) == (100_000_00, 160_000_00, 60_000_00)


async def test_without_a_wallet_nothing_can_go_into_it(shop: Shop) -> None:
    """An order of nobody's wallet cannot be refunded into one; nothing changes."""
    placed, payment_id = await paid_order(shop)
    before = await shop.footprint()
    with pytest.raises(NotFound) as refused:
        await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=1_00, to="wallet")
    assert refused.value.thing == "wallet"
    assert await shop.footprint() == before


async def test_a_payment_that_was_never_completed_cannot_be_refunded(shop: Shop) -> None:
    """An open payment holds no money yet."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    with pytest.raises(StateConflict) as refused:
        await shop.do(RefundPayment, placed, payment_id=payment.payment_id, amount_sen=1_00)
    assert (refused.value.state, refused.value.verb) == ("processing", "refund")
