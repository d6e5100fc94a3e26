"""What payment methods keep is booked beside sales, once, and never given back with a refund."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.payment_status import PaymentStatus
from gerai.domain.refusals import Broken, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate

ON_TOP = ("gateway", "fees", 400_00, "surcharge")


@pytest.mark.parametrize(
    ("fee_sen", "merchant_fee_sen", "booked"),
    [
        (0, 0, []),
        (0, 300_00, [("fees", "gateway", 300_00, "fee")]),
        (400_00, 0, [ON_TOP, ("fees", "gateway", 400_00, "fee")]),
        (400_00, 300_00, [ON_TOP, ("fees", "gateway", 700_00, "fee")]),
    ],
)
async def test_a_fee_is_a_cost_beside_gross_sales(
    shop: Shop, fee_sen: int, merchant_fee_sen: int, booked: list[tuple[str, str, int, str]]
) -> None:
    """Sales get the whole price. Borne by the merchant, the fee lessens what the gateway owes us; paid on top, it came
    in and stayed there. No fee, no transfer."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed, fee_sen=fee_sen, merchant_fee_sen=merchant_fee_sen)).payments
    assert await shop.transfers(placed) == []
    view = await shop.pay(placed, payment_id=payment.payment_id)
    assert (view.order.charged_sen, view.payments[0].status) == (5_000_00, "completed")
    assert await shop.flows(view) == [("gateway", "sales", 5_000_00, "payment"), *booked]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_refund_returns_the_price_and_not_the_fee(shop: Shop) -> None:
    """The contracts promise no fee back: the payer gets the amount, the method keeps what it kept."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed, fee_sen=400_00, merchant_fee_sen=300_00)).payments
    await shop.pay(placed, payment_id=payment.payment_id)
    view = await shop.do(RefundPayment, placed, payment_id=payment.payment_id, amount_sen=5_000_00)
    assert (await shop.flows(view))[3:] == [("sales", "gateway", 5_000_00, "refund")]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_payment_that_does_not_come_costs_nothing(shop: Shop) -> None:
    """Failed and expired payments book no fee."""
    placed = await shop.place()
    for outcome in ("failed", "expired"):
        payment = (await shop.start_payment(placed, fee_sen=400_00, merchant_fee_sen=300_00)).payments[-1]
        await shop.pay(placed, payment_id=payment.payment_id, outcome=outcome)
    assert await shop.transfers(placed) == []
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("rule", ["accept", "wallet", "hold"])
async def test_late_money_costs_its_fee_once(engine: Engine, rule: str) -> None:
    """Whatever becomes of late money, at once or decided later: the method kept its fee when it arrived."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": rule})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(
        account_id=shop.account_id, member_id=shop.member_id, expires_at=EPOCH + timedelta(hours=1)
    )
    [payment] = (await shop.start_payment(placed, fee_sen=400_00, merchant_fee_sen=300_00)).payments
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=2))
    await shop.do(ExpireOrder, placed)
    view = await shop.pay(placed, payment_id=payment.payment_id)
    where = {"accept": ("sales", "payment"), "wallet": ("wallet", "refund"), "hold": ("suspense", "late")}
    target, reason = where[rule]
    arrived = [("gateway", target, 5_000_00, reason), ON_TOP, ("fees", "gateway", 700_00, "fee")]
    assert await shop.flows(view) == arrived
    assert await check(engine, shop.merchant_id) == []
    if rule == "hold":
        await shop.do(ResolveLate, placed, payment_id=payment.payment_id, decision="accept")
        assert await shop.flows(view) == [*arrived, ("suspense", "sales", 5_000_00, "payment")]
        assert await check(engine, shop.merchant_id) == []


async def test_money_that_came_is_not_declared_away(shop: Shop) -> None:
    """What was reported paid stays booked, fee and all: ``unpaid`` and ``conflict`` are refused, and nothing is left of
    the attempt."""
    placed = await shop.place(after_payment="confirm")
    [payment] = (await shop.start_payment(placed, fee_sen=400_00, merchant_fee_sen=300_00)).payments
    view = await shop.pay(placed, payment_id=payment.payment_id)
    flows, events = await shop.flows(view), await shop.events(placed)
    words: tuple[PaymentStatus, ...] = ("unpaid", "conflict")
    for word in words:
        for target in ("", "cancelled", "pending"):
            with pytest.raises(StateConflict) as refused:
                await shop.engine.submit(
                    ChangeStatus(
                        **shop.owner, channel="test", order_ids=(placed.view.order.order_id,), payment=word,
                        target=target,
                    )
                )  # fmt: skip
            assert (refused.value.thing, refused.value.state) == ("payment", "received")
    assert (await shop.flows(view), await shop.events(placed)) == (flows, events)
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_method_never_keeps_more_than_the_amount(shop: Shop) -> None:
    """The database would not have it; a door that asks for it has a bug, and no payment is started."""
    placed = await shop.place()
    with pytest.raises(Broken):
        await shop.start_payment(placed, merchant_fee_sen=5_000_01)
    assert await shop.count("payments") == 0
