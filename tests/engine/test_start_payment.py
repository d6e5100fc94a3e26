"""Starting a payment, ending one that was started, and giving up on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.refusals import AmountMismatch, NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment


async def test_a_started_payment_shows_what_the_payer_must_see(shop: Shop) -> None:
    """It is processing with its instructions and fee; nothing is booked and the order still waits."""
    placed = await shop.place()
    view = await shop.start_payment(placed, fee_sen=4_000_00, reference="bank-7")
    [payment] = view.payments
    assert (payment.status, payment.method, payment.channel_code, payment.reference) == (
        "processing", "va", "BCA", "bank-7",
    )  # fmt: skip
    assert (payment.amount_sen, payment.fee_sen, payment.refunded_sen) == (5_000_00, 4_000_00, 0)
    assert payment.instructions == {"code": "8808123"}
    assert view.order.status == "pending"
    assert await shop.events(placed) == ["order.placed", "payment.started"]
    assert await shop.transfers(placed) == []
    assert await shop.jobs(placed) == []


async def test_several_payments_may_be_open(shop: Shop) -> None:
    """A payer who changes their mind starts another payment; both stay open, in order."""
    placed = await shop.place()
    first = await shop.start_payment(placed)
    second = await shop.start_payment(placed, method="qris")
    assert [payment.status for payment in second.payments] == ["processing", "processing"]
    assert second.payments[0] == first.payments[0]


async def test_a_sandbox_payment_may_settle_itself(shop: Shop) -> None:
    """With an outcome and a delay, the job that plays the payer is deferred in the same transaction."""
    placed = await shop.place()
    await shop.start_payment(placed, settle_after_s=5.0, settle_outcome="failed")
    assert await shop.jobs(placed) == ["gerai.settle"]


async def test_the_amount_must_be_the_invoices(shop: Shop) -> None:
    """A payment of another amount is refused with both figures and leaves no trace."""
    placed = await shop.place()
    before = await shop.footprint()
    with pytest.raises(AmountMismatch) as refused:
        await shop.start_payment(placed, amount_sen=5_000_01)
    facts = {"given_sen": 5_000_01, "right_sen": 5_000_00, "fee_sen": 0, "refunded_sen": 0, "payments": 0}
    assert refused.value.facts() == facts
    assert await shop.footprint() == before


@pytest.mark.parametrize("funding", ["wallet", "hold", "free"])
async def test_only_an_order_that_waits_for_money_can_be_charged(shop: Shop, funding: str) -> None:
    """An order that is paid, held or owes nothing cannot be charged."""
    placed = await shop.place(funding)
    with pytest.raises((StateConflict, NotFound)):
        await shop.start_payment(placed)
    assert all(payment.method == "wallet" for payment in placed.view.payments)


async def test_an_order_that_ended_cannot_be_charged(shop: Shop) -> None:
    """A cancelled order refuses a new payment and says what it is."""
    placed = await shop.place()
    await shop.do(CancelOrder, placed)
    with pytest.raises(StateConflict) as refused:
        await shop.start_payment(placed)
    assert (refused.value.state, refused.value.verb) == ("cancelled", "charge")


async def test_an_order_past_its_time_cannot_be_charged(engine: Engine) -> None:
    """Already before anybody swept it, an order past its expiry on its merchant's clock refuses a payment."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(expires_at=EPOCH + timedelta(hours=1))
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(minutes=59))
    await shop.start_payment(placed)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=1))
    with pytest.raises(StateConflict) as refused:
        await shop.start_payment(placed)
    assert refused.value.state == "expired"


async def test_a_payment_can_be_given_up(shop: Shop) -> None:
    """A cancelled payment ends; the order stays open for another one, and cancelling twice is refused."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    view = await shop.do(CancelPayment, placed, payment_id=payment.payment_id)
    assert [p.status for p in view.payments] == ["cancelled"]
    assert view.order.status == "pending"
    assert await shop.events(placed) == ["order.placed", "payment.started", "payment.cancelled"]
    with pytest.raises(StateConflict) as refused:
        await shop.do(CancelPayment, placed, payment_id=payment.payment_id)
    assert refused.value.facts() == {
        "thing": "payment", "id": payment.public_id, "state": "cancelled", "verb": "cancel", "more": (),
    }  # fmt: skip


@pytest.mark.parametrize("outcome", ["failed", "expired"])
async def test_a_payment_that_did_not_come_leaves_the_order_open(shop: Shop, outcome: str) -> None:
    """Failed or run out: the payment ends with its reason, the order waits on, and another payment may pay it."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    fields = {"payment_id": payment.payment_id, "outcome": outcome, "failure": {"code": "X1"}}
    view = await shop.do(RecordPayment, placed, **fields)
    [ended] = view.payments
    assert (ended.status, ended.failure, ended.completed_at) == (outcome, {"code": "X1"}, None)
    assert (view.order.status, view.order.charged_sen) == ("pending", 0)
    assert await shop.transfers(placed) == []
    with pytest.raises(StateConflict):
        await shop.do(RecordPayment, placed, **fields)
    assert (await shop.pay(await shop.start_payment(placed))).order.status == "processing"


async def test_another_orders_payment_is_not_found(shop: Shop, engine: Engine) -> None:
    """Order and payment must belong together, and both to the merchant and environment that asks."""
    mine, other = await shop.place(), await shop.place()
    [payment] = (await shop.start_payment(other)).payments
    stranger = await open_shop(engine)
    for asking, view in ((shop, mine), (stranger, other)):
        with pytest.raises(NotFound):
            await asking.do(CancelPayment, view, payment_id=payment.payment_id)
        with pytest.raises(NotFound):
            await asking.pay(view, payment_id=payment.payment_id)
    with pytest.raises(NotFound):
        await stranger.start_payment(mine)
    assert (await shop.pay(other, payment_id=payment.payment_id)).order.status == "processing"
