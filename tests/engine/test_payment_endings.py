"""Payments end with what they pay: the first paid one cancels the others, an order that ends leaves none open, and
money that comes all the same is announced with its amount."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.domain.states import ORDER
from gerai.engine.check import check
from gerai.engine.command import Outcome
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings, set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.place import Placed
from gerai.engine.payment_steps import ENDED
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.start import StartPayment
from gerai.engine.standing import payment_status

#: Two ways to pay that lapse, and three that never do by themselves.
WAYS = (("va", EPOCH + timedelta(hours=1)), ("qris", EPOCH + timedelta(hours=1)), ("ewallet", None), ("card", None),
        ("bnpl", None))  # fmt: skip


async def with_open_payments(shop: Shop, **order: Any) -> tuple[Placed, OrderView]:
    """An order with one open payment of each kind."""
    placed = await shop.place(**order)
    view = placed.view
    for method, expires_at in WAYS:
        view = await shop.start_payment(placed, method=method, expires_at=expires_at)
    return placed, view


async def facts(shop: Shop, placed: Placed, name: str) -> list[dict[str, Any]]:
    """What the order's events of this name say, without how the order stood then."""
    text = "SELECT facts - 'after' FROM events WHERE merchant_id = %s AND order_id = %s AND name = %s ORDER BY event_id"
    return [row[0] for row in await shop.rows(text, placed.view.order.order_id, name)]


async def now(shop: Shop, placed: Placed) -> OrderView:
    """The order as it is stored."""
    found = await shop.engine.orders.by_id(shop.merchant_id, placed.view.order.order_id)
    assert found is not None
    return found


def states(view: OrderView) -> list[str]:
    """Where the payments stand, in the order they were started."""
    return [payment.status for payment in view.payments]


async def by_cancelling(shop: Shop, placed: Placed, _: OrderView) -> None:
    await shop.do(CancelOrder, placed)


async def by_expiring(shop: Shop, placed: Placed, _: OrderView) -> None:
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=EPOCH + timedelta(hours=2))
    await shop.do(ExpireOrder, placed)


async def by_hand(shop: Shop, placed: Placed, **fields: Any) -> None:
    names = {"channel": "test", "order_ids": (placed.view.order.order_id,)}
    await shop.engine.submit(ChangeStatus(**shop.owner, **names, **fields))


async def by_completing(shop: Shop, placed: Placed, _: OrderView) -> None:
    await by_hand(shop, placed, target="confirmed")
    await by_hand(shop, placed, target="completed")


async def by_cancelling_by_hand(shop: Shop, placed: Placed, _: OrderView) -> None:
    await by_hand(shop, placed, target="cancelled")


async def by_marking_paid(shop: Shop, placed: Placed, _: OrderView) -> None:
    await by_hand(shop, placed, payment="paid")


async def by_recording_other_money(shop: Shop, placed: Placed, _: OrderView) -> None:
    await shop.pay(placed)


End = Callable[[Shop, Placed, OrderView], Awaitable[None]]
ENDS: tuple[End, ...] = (
    by_cancelling, by_expiring, by_completing, by_cancelling_by_hand, by_marking_paid, by_recording_other_money,
)  # fmt: skip


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("provider", ["", "simulator"])
async def test_every_end_of_an_order_ends_its_payments(engine: Engine, end: End, provider: str) -> None:
    """Paid another way, cancelled, expired, completed by hand: no payment stays open, with or without an expiry of its
    own; each says so once. Money that comes for one of them afterwards is late, never lost."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed, view = await with_open_payments(shop, expires_at=EPOCH + timedelta(hours=1), provider=provider)

    await end(shop, placed, view)

    ended = "expired" if end is by_expiring else "cancelled"
    after = await now(shop, placed)
    assert states(after)[: len(WAYS)] == [ended] * len(WAYS)
    told = await facts(shop, placed, f"payment.{ended}")
    assert [one["payment"] for one in told] == [payment.public_id for payment in view.payments]
    assert await check(engine, shop.merchant_id) == []

    late = await shop.pay(placed, payment_id=view.payments[3].payment_id)
    assert states(late)[3] == "late"
    assert late.order.status == after.order.status
    assert [(w.payment, w.amount_sen) for w in await engine.payments.waiting(shop.merchant_id)][-1:] == [
        (view.payments[3].public_id, 5_000_00)
    ]
    assert await check(engine, shop.merchant_id) == []


async def test_the_first_paid_payment_cancels_the_others(shop: Shop) -> None:
    """One VA of five ways is paid: the four others are cancelled because of it, in the same transaction, and the order
    takes its way once."""
    placed, view = await with_open_payments(shop)

    paid = await shop.pay(placed, payment_id=view.payments[1].payment_id)

    assert states(paid) == ["cancelled", "completed", "cancelled", "cancelled", "cancelled"]
    told = await facts(shop, placed, "payment.cancelled")
    assert [(one["payment"], one["reason"]) for one in told] == [
        (payment.public_id, "paid") for payment in view.payments if payment is not view.payments[1]
    ]
    assert (await shop.events(placed))[-7:] == [
        "payment.completed", *["payment.cancelled"] * 4, "invoice.paid", "order.processing",
    ]  # fmt: skip


@pytest.mark.parametrize(("rule", "stands"), [("hold", "late"), ("refund", "late"), ("accept", "late")])
async def test_money_for_a_cancelled_sibling_is_told_with_its_amount(engine: Engine, rule: str, stands: str) -> None:
    """An order without a wallet that is paid twice: the second money waits for a person, and the event names it."""
    shop = await open_shop(engine, settings={"late_payment": rule})
    placed, view = await with_open_payments(shop)
    await shop.pay(placed, payment_id=view.payments[0].payment_id)

    twice = await shop.pay(placed, payment_id=view.payments[2].payment_id)

    assert states(twice)[2] == stands
    assert (twice.order.status, twice.order.charged_sen) == ("processing", 5_000_00)
    assert await facts(shop, placed, "payment.late") == [
        {"payment": view.payments[2].public_id, "method": "ewallet", "amount_sen": 5_000_00, "fee_sen": 0}
    ]


async def test_money_that_goes_into_the_wallet_is_told_with_its_amount(shop: Shop) -> None:
    """The member of the order has a wallet: the second money is credited to it, late and then credited."""
    placed, view = await with_open_payments(shop, account_id=shop.account_id, member_id=shop.member_id)
    await shop.pay(placed, payment_id=view.payments[0].payment_id)
    before = (await shop.wallet()).available_sen

    await shop.pay(placed, payment_id=view.payments[2].payment_id)

    assert (await shop.wallet()).available_sen == before + 5_000_00
    [late], [credited] = await facts(shop, placed, "payment.late"), await facts(shop, placed, "payment.credited")
    assert (late["amount_sen"], credited) == (
        5_000_00, {"payment": view.payments[2].public_id, "amount_sen": 5_000_00},
    )  # fmt: skip


async def test_a_page_has_one_open_payment_however_often_it_asks(shop: Shop) -> None:
    """Ten choices at once: one is started, nine are refused and leave nothing. A payment that ran out does not count,
    and is expired on the way."""
    placed = await shop.place()

    def choice(**fields: Any) -> StartPayment:
        payment_id = shop.engine.ids.next()
        names = {"order_id": placed.view.order.order_id, "payment_id": payment_id, "public_id": f"p{payment_id}"}
        chosen = {"method": "va", "channel_code": "BCA", "amount_sen": 5_000_00, "instructions": {}}
        return StartPayment(**shop.owner, **(names | chosen), only_if_none_open=True, **fields)

    await shop.engine.submit(choice(expires_at=EPOCH))
    outcomes = await asyncio.gather(*(shop.engine.submit(choice()) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(outcome, Outcome) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StateConflict) for outcome in outcomes) == 9
    after = await now(shop, placed)
    assert states(after) == ["expired", "processing"]
    assert await facts(shop, placed, "payment.expired") == [{"payment": after.payments[0].public_id}]
    # A charge by the API may open another beside it.
    assert states(await shop.start_payment(placed)) == ["expired", "processing", "processing"]


@pytest.mark.parametrize(
    ("after_payment", "ends"), [("start", "failed"), ("confirm", "cancelled"), ("complete", "completed")]
)
@pytest.mark.parametrize("provider", ["", "simulator"])
async def test_an_order_whose_money_went_back_ends(shop: Shop, after_payment: str, ends: str, provider: str) -> None:
    """Wholly refunded before it was delivered: it failed where work had begun, else it is cancelled, its stock is free
    again and nobody works on it; a delivered one stays delivered. A refund in part changes nothing."""
    stock_id = await shop.add_stock(3)
    line = shop.line(5_000_00, 1, stock_id)
    placed = await shop.place(after_payment=after_payment, provider=provider, lines=(line,))
    view = await shop.pay(placed)
    part = await shop.do(RefundPayment, placed, payment_id=view.payments[0].payment_id, amount_sen=1_000_00)
    assert part.order.status == view.order.status

    rest = await shop.do(
        RefundPayment, placed, payment_id=view.payments[0].payment_id, amount_sen=4_000_00, by="operator:ani"
    )

    assert (rest.order.status, rest.order.refunded_sen) == (ends, 5_000_00)
    delivered = ends == "completed"
    assert await shop.stock(stock_id) == ((2, 0) if delivered else (3, 0))
    if not delivered:
        [told] = await facts(shop, placed, f"order.{ends}")
        assert (told["reason"], told["by"], told["was"]) == ("refunded", "operator:ani", view.order.status)
    if provider:
        assert rest.fulfilment is not None
        assert rest.fulfilment.status == ("requested" if delivered else "cancelled")
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    assert await check(shop.engine, shop.merchant_id) == []


def test_every_state_of_an_order_either_waits_or_has_ended() -> None:
    """A new state must say whether payments end with it; the states before are those a payment may still complete."""
    assert ORDER.states > ENDED
    assert ORDER.states - ENDED == {"draft", "pending", "confirmed", "processing", "ready", "shipped"}


async def test_a_failed_outcome_ends_only_its_own_payment(shop: Shop) -> None:
    """A payment that fails, lapses or is cancelled leaves the order and the other payments open."""
    placed, view = await with_open_payments(shop)
    await shop.do(RecordPayment, placed, payment_id=view.payments[0].payment_id, outcome="failed")
    await shop.do(RecordPayment, placed, payment_id=view.payments[1].payment_id, outcome="expired")
    after = await shop.do(CancelPayment, placed, payment_id=view.payments[2].payment_id)
    assert states(after) == ["failed", "expired", "cancelled", "processing", "processing"]
    assert after.order.status == "pending"


@pytest.mark.parametrize("late", [False, True])
async def test_money_that_comes_for_a_disputed_order_settles_the_dispute(engine: Engine, *, late: bool) -> None:
    """``conflict`` says that nothing counts as received because amount or proof did not fit. A payment that the
    gateway confirms is received, in time or late and accepted: the order counts as paid, not disputed, is found so,
    and can be settled. The money is booked once."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    listed_by = {"store": "7"}
    placed = await shop.place(after_payment="confirm", labels=listed_by)
    view = await shop.start_payment(placed)
    await by_hand(shop, placed, payment="conflict")
    disputed = await now(shop, placed)
    assert payment_status(disputed.order, disputed.invoice) == "conflict"
    if late:
        # The order itself does not expire: a person decides about it.
        await shop.do(CancelPayment, placed, payment_id=view.payments[0].payment_id)
    paid = await shop.pay(placed, payment_id=view.payments[0].payment_id)
    assert (paid.order.status, paid.order.charged_sen, paid.order.payment_mark) == ("confirmed", 5_000_00, "")
    assert payment_status(paid.order, paid.invoice) == "paid"
    scope = Scope(shop.merchant_id, shop.environment, "test")
    for word, found in (("paid", [paid.order]), ("conflict", []), ("unpaid", [])):
        listed = await engine.orders.page(scope, OrderFilter(payment_status=word), 10)
        assert [listed_view.order for listed_view in listed] == found
    # What is announced of the payment says so as well, from its first event on.
    text = "SELECT name, facts -> 'after' ->> 'payment_status' FROM events WHERE merchant_id = %s AND order_id = %s"
    told = dict(await shop.rows(text, paid.order.order_id))
    assert (told["invoice.conflict"], told["payment.completed"]) == ("conflict", "paid")
    await by_hand(shop, placed, payment="settled")
    assert states(await now(shop, placed)) == ["completed"]
    assert await check(engine, shop.merchant_id) == []


async def test_money_that_waits_leaves_the_dispute_open(engine: Engine) -> None:
    """Late money that is held pays nothing yet: the order stays disputed and uncharged."""
    shop = await open_shop(engine, environment="sandbox")
    await change_settings(engine, shop.merchant_id, {"late_payment": "hold"})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place(after_payment="confirm", expires_at=EPOCH + timedelta(hours=1))
    view = await shop.start_payment(placed)
    await by_hand(shop, placed, payment="conflict")
    await shop.do(CancelPayment, placed, payment_id=view.payments[0].payment_id)
    held = await shop.pay(placed, payment_id=view.payments[0].payment_id)
    assert (states(held), held.order.status, held.order.charged_sen) == (["late"], "pending", 0)
    assert payment_status(held.order, held.invoice) == "conflict"
