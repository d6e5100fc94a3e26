"""A person decides about late money: it pays after all, goes back, or into the wallet; once, with the books right."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.store.due import due_orders


async def held_late(engine: Engine, *, stocked: bool = False, **order: Any) -> tuple[Shop, OrderView, Payment]:
    """An expired sandbox order whose payment arrived afterwards, at a merchant that holds late money."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    if stocked:
        order["lines"] = (shop.line(5_000_00, 1, await shop.add_stock(3)),)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(expires_at=EPOCH + timedelta(hours=1), **order)
    [payment] = (await shop.start_payment(placed)).payments
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=2))
    await shop.do(ExpireOrder, placed)
    view = await shop.pay(placed, payment_id=payment.payment_id)
    return shop, view, view.payments[0]


async def test_accepted_money_brings_the_order_back(engine: Engine) -> None:
    """Accepted: the expired order comes back, is paid and goes on to its provider, as if the money had been in time."""
    shop, view, payment = await held_late(engine, provider="simulator")
    done = await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="accept")
    assert done.invoice is not None
    assert (done.order.status, done.order.charged_sen, done.order.expires_at) == ("processing", 5_000_00, None)
    assert (done.invoice.status, done.payments[0].status, done.payments[0].refunded_sen) == ("paid", "completed", 0)
    assert await shop.flows(view) == [
        ("gateway", "suspense", 5_000_00, "late"), ("suspense", "sales", 5_000_00, "payment"),
    ]  # fmt: skip
    assert (await shop.events(view))[-5:] == [
        "payment.late", "order.pending", "payment.completed", "invoice.paid", "order.processing",
    ]  # fmt: skip
    assert await shop.jobs(view) == ["gerai.fulfil"]
    assert await engine.payments.waiting(shop.merchant_id) == []
    assert await check(engine, shop.merchant_id) == []


async def test_accepted_money_pays_an_order_that_is_open_still(engine: Engine) -> None:
    """The payer paid a VA that had run out while the order still waited: accepting simply pays it."""
    shop = await open_shop(engine, settings={"late_payment": "hold"})
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    await shop.pay(placed, payment_id=payment.payment_id, outcome="expired")
    view = await shop.pay(placed, payment_id=payment.payment_id)
    assert (view.order.status, view.payments[0].status) == ("pending", "late")
    done = await shop.do(ResolveLate, placed, payment_id=payment.payment_id, decision="accept")
    assert (done.order.status, done.payments[0].status) == ("processing", "completed")
    assert "order.pending" not in await shop.events(placed)
    assert await check(engine, shop.merchant_id) == []


async def test_an_order_does_not_expire_under_a_persons_decision(engine: Engine) -> None:
    """Money came on a payment that had run out, while the order still waited: its time does not run out before a person
    has decided, so that its goods are there if they accept. Given back, it ends like any unpaid order."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    stock_id = await shop.add_stock(3)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    decided: dict[str, str] = {}
    for decision in ("accept", "refund"):
        lines = (shop.line(5_000_00, 1, stock_id),)
        placed = await shop.place(lines=lines, expires_at=EPOCH + timedelta(hours=1))
        [payment] = (await shop.start_payment(placed)).payments
        await shop.pay(placed, payment_id=payment.payment_id, outcome="expired")
        await shop.pay(placed, payment_id=payment.payment_id)
        await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=2))
        order = placed.view.order
        async with engine.connection() as connection:
            due = await due_orders(connection, 100_000)
        assert (shop.merchant_id, "sandbox", order.order_id) not in due
        with pytest.raises(StateConflict) as refused:
            await shop.do(ExpireOrder, placed)
        assert (refused.value.state, refused.value.verb) == ("late", "expire")
        done = await shop.do(ResolveLate, placed, payment_id=payment.payment_id, decision=decision)
        if decision == "refund":
            done = await shop.do(ExpireOrder, placed)
        decided[decision] = done.order.status
        await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    assert decided == {"accept": "processing", "refund": "expired"}
    assert await shop.stock(stock_id) == (3, 1)
    assert await check(engine, shop.merchant_id) == []


async def test_money_goes_back_to_the_payer(engine: Engine) -> None:
    """Refunded: the payment is refunded whole, nothing ever became sales, the order stays expired."""
    shop, view, payment = await held_late(engine)
    done = await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="refund", note="asked by phone")
    assert (done.order.status, done.order.charged_sen, done.order.refunded_sen) == ("expired", 0, 0)
    assert (done.payments[0].status, done.payments[0].refunded_sen) == ("refunded", 5_000_00)
    assert await shop.flows(view) == [
        ("gateway", "suspense", 5_000_00, "late"), ("suspense", "gateway", 5_000_00, "refund"),
    ]  # fmt: skip
    assert (await shop.transfers(view))[-1].note == "asked by phone"
    assert (await shop.events(view))[-1] == "payment.refunded"
    assert await engine.payments.waiting(shop.merchant_id) == []
    assert await check(engine, shop.merchant_id) == []


async def test_money_goes_into_the_members_wallet(engine: Engine) -> None:
    """Wallet: the order's member can spend it; without one it is refused and the money goes on waiting."""
    shop, view, payment = await held_late(engine)
    with pytest.raises(NotFound) as refused:
        await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="wallet")
    assert refused.value.thing == "wallet"
    [waits] = await engine.payments.waiting(shop.merchant_id)
    assert (waits.payment, waits.why, waits.amount_sen, waits.wallet) == (payment.public_id, "late", 5_000_00, False)

    shop = await open_shop(engine, settings={"late_payment": "hold"})
    placed = await shop.place(account_id=shop.account_id, member_id=shop.member_id)
    await shop.pay(placed)
    second = (await shop.pay(placed)).payments[1]
    done = await shop.do(ResolveLate, placed, payment_id=second.payment_id, decision="wallet")
    assert [(p.status, p.refunded_sen) for p in done.payments] == [("completed", 0), ("refunded", 5_000_00)]
    assert (await shop.wallet()).available_sen == 5_000_00
    assert (await shop.flows(done))[-2:] == [
        ("gateway", "suspense", 5_000_00, "late"), ("suspense", "wallet", 5_000_00, "refund"),
    ]  # fmt: skip
    assert await check(engine, shop.merchant_id) == []


async def test_an_order_whose_stock_went_back_is_not_revived(engine: Engine) -> None:
    """Its stock may be somebody else's: accepting is refused and changes nothing; refunding works."""
    shop, view, payment = await held_late(engine, stocked=True)
    before = await shop.footprint()
    with pytest.raises(StateConflict) as refused:
        await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="accept")
    assert (refused.value.thing, refused.value.state) == ("stock", "released")
    assert await shop.footprint() == before
    done = await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="refund")
    assert done.payments[0].status == "refunded"


@pytest.mark.parametrize("rule", ["accept", "wallet", "hold", "refund"])
async def test_money_for_what_was_given_away_is_its_payment(engine: Engine, rule: str) -> None:
    """The order was completed unpaid, and its open payment ended; the money that comes is booked as sales, at once or
    once it is accepted. The order stays completed, its provider is not asked, and its member's wallet gets nothing."""
    shop = await open_shop(engine, settings={"late_payment": rule})
    owner = {"account_id": shop.account_id, "member_id": shop.member_id}
    placed = await shop.place(provider="simulator", **owner)
    [payment] = (await shop.start_payment(placed)).payments
    with pytest.raises(StateConflict) as refused:
        await shop.do(FinishOrder, placed, by="operator:test")
    assert (refused.value.state, refused.value.verb) == ("unpaid", "complete")
    with pytest.raises(StateConflict) as refused:
        await shop.do(FinishOrder, placed, by="operator:test", failed=1)
    assert (refused.value.state, refused.value.verb) == ("unpaid", "fail")
    await shop.do(FinishOrder, placed, by="operator:test", unpaid=True)

    view = await shop.pay(placed, payment_id=payment.payment_id)
    if rule in ("hold", "refund"):
        assert (view.payments[0].status, view.order.charged_sen) == ("late", 0)
        view = await shop.do(ResolveLate, placed, payment_id=payment.payment_id, decision="accept")

    assert view.invoice is not None
    assert (view.order.status, view.order.charged_sen, view.order.refunded_sen) == ("completed", 5_000_00, 0)
    assert (view.invoice.status, view.payments[0].status) == ("paid", "completed")
    assert (await shop.flows(view))[-1][1:] == ("sales", 5_000_00, "payment")
    assert (await shop.wallet()).available_sen == 0
    assert await shop.jobs(view) == []
    assert await check(engine, shop.merchant_id) == []


async def test_an_order_that_cannot_come_back_takes_no_money(engine: Engine) -> None:
    """A cancelled order, and one that was paid already, refuse late money by their state."""
    shop = await open_shop(engine, settings={"late_payment": "hold"})
    paid, cancelled = await shop.place(), await shop.place()
    await shop.pay(paid)
    await shop.do(CancelOrder, cancelled)
    for placed, state in ((paid, "processing"), (cancelled, "cancelled")):
        late = (await shop.pay(placed)).payments[-1]
        with pytest.raises(StateConflict) as refused:
            await shop.do(ResolveLate, placed, payment_id=late.payment_id, decision="accept")
        assert (refused.value.thing, refused.value.state) == ("order", state)
    assert {w.why for w in await engine.payments.waiting(shop.merchant_id)} == {"late"}
    assert await check(engine, shop.merchant_id) == []


@pytest.mark.parametrize("decision", ["accept", "refund"])
async def test_only_late_money_is_decided_about_and_once(engine: Engine, decision: str) -> None:
    """Two people decide at the same moment: one does it, the other is refused, and the money moves once. Nor can one
    decide about a payment that is not late, of another order, or of the other environment."""
    shop, view, payment = await held_late(engine)
    sent = (shop.do(ResolveLate, view, payment_id=payment.payment_id, decision=decision) for _ in range(2))
    first, second = await asyncio.gather(*sent, return_exceptions=True)
    assert isinstance(first, OrderView)
    assert isinstance(second, StateConflict)
    assert len(await shop.flows(view)) == 2
    with pytest.raises(NotFound):
        await shop.do(ResolveLate, await shop.place(), payment_id=payment.payment_id, decision=decision)
    elsewhere = ResolveLate(
        merchant_id=shop.merchant_id,
        environment="production",
        order_id=view.order.order_id,
        payment_id=payment.payment_id,
        decision="refund",
    )
    with pytest.raises(NotFound):
        await engine.submit(elsewhere)
    assert await check(engine, shop.merchant_id) == []
