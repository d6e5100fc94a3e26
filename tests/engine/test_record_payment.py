"""Money arrives: in time, late, twice. It is never lost and never counted twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.resolve_late import ResolveLate


async def expired_order(engine: Engine, rule: str | None, **order: Any) -> tuple[Shop, OrderView]:
    """A sandbox order with one open payment, expired an hour after it was placed, at a merchant with this rule."""
    settings = None if rule is None else {"late_payment": rule}
    shop = await open_shop(engine, environment="sandbox", settings=settings)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(expires_at=EPOCH + timedelta(hours=1), **order)
    await shop.start_payment(placed)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=2))
    return shop, await shop.do(ExpireOrder, placed)


async def test_a_payment_in_time_pays_the_order(shop: Shop) -> None:
    """Payment completed, invoice paid by its method, money booked once, the order on its way, the provider asked."""
    placed = await shop.place(provider="simulator")
    [payment] = (await shop.start_payment(placed)).payments
    view = await shop.pay(placed, payment_id=payment.payment_id)
    [done] = view.payments
    assert view.invoice is not None
    assert (done.status, view.invoice.status, view.invoice.method) == ("completed", "paid", "va")
    assert done.completed_at == view.invoice.paid_at is not None
    assert (view.order.status, view.order.charged_sen, view.order.refunded_sen) == ("processing", 5_000_00, 0)
    [transfer] = await shop.transfers(placed)
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    assert (transfer.debit_account_id, transfer.credit_account_id) == (
        accounts["production", "gateway"],
        accounts["production", "sales"],
    )
    assert (transfer.amount_sen, transfer.payment_id, transfer.reason) == (5_000_00, payment.payment_id, "payment")
    assert await shop.events(placed) == [
        "order.placed", "payment.started", "payment.completed", "invoice.paid", "order.processing",
    ]  # fmt: skip
    assert await shop.jobs(placed) == ["gerai.fulfil"]


@pytest.mark.parametrize(
    ("verb", "state"), [("start", "processing"), ("confirm", "confirmed"), ("complete", "completed")]
)
async def test_a_paid_order_takes_the_verb_it_was_placed_with(shop: Shop, verb: str, state: str) -> None:
    """What happens after payment was decided when the order was placed."""
    view = await shop.pay(await shop.place(after_payment=verb))
    assert view.order.status == state
    assert await shop.jobs(view) == []


async def test_an_order_marked_paid_gets_a_payment_on_the_spot(shop: Shop) -> None:
    """Without a started payment, one is written as completed with the method that was named."""
    view = await shop.pay(await shop.place(), method="cash", public_id="receipt-9")
    [payment] = view.payments
    assert (payment.public_id, payment.method, payment.status, payment.amount_sen) == (
        "receipt-9", "cash", "completed", 5_000_00,
    )  # fmt: skip


async def test_the_same_payment_pays_once(shop: Shop) -> None:
    """A notification that arrives twice is refused the second time; nothing is booked again."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    await shop.pay(placed, payment_id=payment.payment_id)
    before = await shop.footprint()
    with pytest.raises(StateConflict) as refused:
        await shop.pay(placed, payment_id=payment.payment_id)
    assert (refused.value.thing, refused.value.state) == ("payment", "completed")
    assert await shop.footprint() == before


async def test_an_order_that_costs_nothing_can_be_paid(shop: Shop) -> None:
    """Nothing is booked for it, and it moves on."""
    view = await shop.pay(await shop.place(total_sen=0))
    assert (view.order.status, view.order.charged_sen) == ("processing", 0)
    assert await shop.transfers(view) == []


async def test_a_second_payment_of_a_paid_order_waits_for_the_operator(shop: Shop) -> None:
    """Two of the payer's attempts both arrive: the first pays, the second is late money that waits outside of sales."""
    placed = await shop.place()
    first, second = (await shop.start_payment(placed)).payments[0], (await shop.start_payment(placed)).payments[1]
    await shop.pay(placed, payment_id=first.payment_id)
    view = await shop.pay(placed, payment_id=second.payment_id)
    assert [payment.status for payment in view.payments] == ["completed", "late"]
    assert (view.order.status, view.order.charged_sen) == ("processing", 5_000_00)
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    sales, waits = accounts["production", "sales"], accounts["production", "suspense"]
    booked = [(t.credit_account_id, t.amount_sen, t.payment_id) for t in await shop.transfers(placed)]
    assert booked == [(sales, 5_000_00, first.payment_id), (waits, 5_000_00, second.payment_id)]
    assert (await shop.events(placed))[-1] == "payment.late"
    with pytest.raises(StateConflict):
        await shop.pay(placed, payment_id=second.payment_id)


@pytest.mark.parametrize("rule", ["accept", "wallet"])
async def test_a_second_payment_is_credited_to_the_members_wallet(engine: Engine, rule: str) -> None:
    """When the order's member has a wallet, the surplus payment lands there, unless the rule says hold."""
    shop = await open_shop(engine, settings={"late_payment": rule})
    placed = await shop.place(account_id=shop.account_id, member_id=shop.member_id)
    await shop.pay(placed)
    view = await shop.pay(placed)
    assert [(p.status, p.refunded_sen) for p in view.payments] == [("completed", 0), ("refunded", 5_000_00)]
    assert (await shop.wallet()).available_sen == 5_000_00
    assert (view.order.charged_sen, view.order.refunded_sen) == (5_000_00, 0)
    credited = (await shop.transfers(placed))[-1]
    assert (credited.credit_account_id, credited.note) == (shop.account_id, "late payment")


@pytest.mark.parametrize("rule", [None, "accept"])
async def test_late_money_brings_an_expired_order_back(engine: Engine, rule: str | None) -> None:
    """The rule `accept` (the default): the order, its invoice and its payment come back and are paid like any other."""
    shop, expired = await expired_order(engine, rule)
    [payment] = expired.payments
    assert (expired.order.status, payment.status) == ("expired", "expired")
    view = await shop.pay(expired, payment_id=payment.payment_id)
    assert view.invoice is not None
    assert (view.order.status, view.order.charged_sen, view.order.expires_at) == ("processing", 5_000_00, None)
    assert (view.invoice.status, view.payments[0].status) == ("paid", "completed")
    assert (await shop.events(view))[-4:] == [
        "order.pending", "payment.completed", "invoice.paid", "order.processing",
    ]  # fmt: skip
    assert await check(engine, shop.merchant_id) == []


async def test_late_money_may_go_to_the_wallet(engine: Engine) -> None:
    """The rule `wallet`: the order stays expired and the member's wallet has the money."""
    shop, expired = await expired_order(engine, "wallet")
    with_wallet = await shop.place(
        account_id=shop.account_id, member_id=shop.member_id, expires_at=EPOCH + timedelta(hours=3)
    )
    await shop.start_payment(with_wallet)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=4))
    ended = await shop.do(ExpireOrder, with_wallet)
    view = await shop.pay(ended, payment_id=ended.payments[0].payment_id)
    assert (view.order.status, view.payments[0].status, view.payments[0].refunded_sen) == (
        "expired", "refunded", 5_000_00,
    )  # fmt: skip
    assert (await shop.wallet()).available_sen == 5_000_00
    nobody = await shop.pay(expired, payment_id=expired.payments[0].payment_id)
    assert (nobody.order.status, nobody.payments[0].status) == ("expired", "late")
    assert (await shop.wallet()).available_sen == 5_000_00
    assert await check(engine, shop.merchant_id) == []


async def test_late_money_may_be_held_for_the_operator(engine: Engine) -> None:
    """The rule `hold`: the money is booked where it waits, as late; the order stays expired, nothing becomes sales."""
    shop, expired = await expired_order(engine, "hold")
    view = await shop.pay(expired, payment_id=expired.payments[0].payment_id)
    assert (view.order.status, view.payments[0].status) == ("expired", "late")
    accounts = engine.directory.merchant(shop.merchant_id).accounts
    [held] = await shop.transfers(view)
    assert (held.debit_account_id, held.credit_account_id, held.amount_sen, held.reason) == (
        accounts["sandbox", "gateway"], accounts["sandbox", "suspense"], 5_000_00, "late",
    )  # fmt: skip
    assert (await shop.events(view))[-1] == "payment.late"
    assert await check(engine, shop.merchant_id) == []


async def test_an_expired_order_whose_stock_went_back_is_not_revived(engine: Engine) -> None:
    """Released stock may be somebody else's: the late payment waits for the operator instead."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    stock_id = await shop.add_stock(1)
    placed = await shop.place(lines=(shop.line(5_000_00, 1, stock_id),), expires_at=EPOCH + timedelta(hours=1))
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=1))
    await shop.do(ExpireOrder, placed)
    assert await shop.stock(stock_id) == (1, 0)
    view = await shop.pay(placed)
    assert (view.order.status, view.payments[0].status) == ("expired", "late")
    assert await shop.stock(stock_id) == (1, 0)


async def test_money_for_a_cancelled_order_never_brings_it_back(shop: Shop) -> None:
    """A cancelled order stays cancelled whatever the rule; its payment is late."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    await shop.do(CancelOrder, placed)
    view = await shop.pay(placed, payment_id=payment.payment_id)
    assert (view.order.status, view.payments[0].status) == ("cancelled", "late")


async def test_money_through_a_payment_that_was_given_up_pays_an_open_order(shop: Shop) -> None:
    """The payer paid a VA the door had cancelled: the order still waits for money, so it is accepted."""
    placed = await shop.place()
    [payment] = (await shop.start_payment(placed)).payments
    await shop.do(CancelPayment, placed, payment_id=payment.payment_id)
    view = await shop.pay(placed, payment_id=payment.payment_id)
    assert (view.order.status, view.payments[0].status) == ("processing", "completed")
    assert await check(shop.engine, shop.merchant_id) == []


async def test_an_order_without_an_invoice_cannot_be_paid(shop: Shop) -> None:
    """Held and free orders owe nothing, so there is nothing to pay; an unknown order is not found."""
    for funding in ("hold", "free"):
        with pytest.raises(NotFound):
            await shop.pay(await shop.place(funding))
    assert await shop.count("payments") == 0


async def test_late_money_to_be_given_back_is_announced_as_due(engine: Engine) -> None:
    """The rule `refund`: the order stays expired, the money is kept apart until it was returned, then booked out."""
    shop, expired = await expired_order(engine, "refund")
    [payment] = expired.payments
    view = await shop.pay(expired, payment_id=payment.payment_id)
    assert (view.order.status, view.payments[0].status, view.order.charged_sen) == ("expired", "late", 0)
    assert (await shop.events(view))[-2:] == ["payment.late", "refund.due"]
    returned = await shop.do(ResolveLate, view, payment_id=payment.payment_id, decision="refund")
    assert (returned.payments[0].status, returned.payments[0].refunded_sen) == ("refunded", 5_000_00)
    assert await check(engine, shop.merchant_id) == []
