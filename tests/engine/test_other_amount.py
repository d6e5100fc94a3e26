"""Money of another amount than a gateway was asked for: in the books to the sen, never paid silently, decided once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway_kit import PRICE, GatewayShop, gateway_shop
from gerai.domain.money import rupiah
from gerai.domain.records import Payment
from gerai.domain.refusals import AmountMismatch, NotFound, Refusal, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.follow import to_look_at
from gerai.engine.gateways.give_back import give_back
from gerai.engine.merchants.open import add_member, change_settings
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate

LESS, MORE = PRICE - rupiah(10_000), PRICE + rupiah(7)


@pytest_asyncio.fixture
async def shop(engine: Engine) -> AsyncGenerator[GatewayShop]:
    found = await gateway_shop(engine)
    async with found.desk:
        yield found
    assert await check(engine, found.merchant_id) == []


async def came(shop: GatewayShop, paid_sen: int, **order: Any) -> Payment:
    """A payment for which so much came; looked at twice, as notices come twice."""
    payment = await shop.started("BNI", **order)
    shop.toy.pays(payment)
    shop.toy.payments[payment.public_id] = replace(shop.toy.payments[payment.public_id], paid_sen=paid_sen)
    await shop.look(payment)
    await shop.look(payment)
    return (await shop.now(payment)).payments[-1]


async def member_of(shop: GatewayShop) -> dict[str, int]:
    """A new member with a wallet, as an order names them."""
    code = f"m{shop.engine.ids.next()}"
    member_id, wallets = await add_member(
        shop.engine, shop.merchant_id, "t", code, "Ani", environment="production"
    )  # fmt: skip
    return {"member_id": member_id, "account_id": wallets["production"]}


async def resolve(shop: GatewayShop, payment: Payment, decision: Any) -> Payment:
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    view = (await shop.engine.submit(ResolveLate(**names, payment_id=payment.payment_id, decision=decision))).answer
    return view.payments[-1]


async def flows(shop: GatewayShop, payment: Payment) -> list[tuple[str, str, int, str]]:
    """(from, to, amount, reason) of what the order's money did."""
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    names = {account_id: kind for (_, kind), account_id in accounts.items()}
    return [
        (
            *(names.get(one_of, "wallet") for one_of in (one.debit_account_id, one.credit_account_id)),
            one.amount_sen,
            one.reason,
        )
        for one in await shop.engine.wallets.of_order(shop.merchant_id, payment.order_id)
    ]


@pytest.mark.parametrize("paid_sen", [LESS, MORE, rupiah(1)])
async def test_it_is_in_the_books_and_waits(shop: GatewayShop, paid_sen: int) -> None:
    """More or less than was asked for: what came is held, to the sen; the order is not paid, the timeline has both
    figures, and a person finds it listed, once however often it is reported."""
    payment = await came(shop, paid_sen)
    assert (payment.status, payment.amount_sen, payment.asked_sen, payment.asked_instead_sen) == (
        "late", paid_sen, paid_sen, PRICE,
    )  # fmt: skip
    assert await shop.stands(payment) == ("late", 0)
    order = (await shop.now(payment)).order
    assert (order.status, order.payment_mark) == ("pending", "conflict")
    assert await flows(shop, payment) == [("gateway", "suspense", paid_sen, "late")]
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (listed.payment, listed.why, listed.amount_sen) == (payment.public_id, "other amount", paid_sen)
    told = await shop.engine.events.of_orders(shop.merchant_id, [payment.order_id])
    facts = [one.facts for one in told if one.name == "payment.mismatch"]
    assert [(one["asked_sen"], one["paid_sen"]) for one in facts] == [(PRICE, paid_sen)]
    assert [one.name for one in told if one.name.startswith("invoice.")] == ["invoice.conflict"]
    assert not [one for one in told if one.name in ("payment.completed", "payment.late")]
    assert (await shop.attempt(payment)).status == "ended"
    assert await to_look_at(shop.engine, shop.merchant_id) == []


async def test_too_much_is_accepted_and_kept(shop: GatewayShop) -> None:
    """Accepted it pays the price; what is too much is a gain. A refund gives the price back, and no more."""
    payment = await resolve(shop, await came(shop, MORE), "accept")
    assert (payment.status, payment.amount_sen, payment.matching_sen) == ("completed", PRICE, MORE - PRICE)
    order = (await shop.now(payment)).order
    assert (order.charged_sen, order.payment_mark) == (PRICE, "")
    assert (await flows(shop, payment))[1:] == [
        ("suspense", "fees", MORE - PRICE, "matching"), ("suspense", "sales", PRICE, "payment"),
    ]  # fmt: skip
    with pytest.raises(StateConflict):
        await resolve(shop, payment, "refund")
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    with pytest.raises(Refusal):
        await shop.engine.submit(RefundPayment(**names, payment_id=payment.payment_id, amount_sen=MORE))
    await shop.engine.submit(RefundPayment(**names, payment_id=payment.payment_id, amount_sen=PRICE))


async def test_too_little_pays_nothing(shop: GatewayShop) -> None:
    """It cannot be accepted, goes into no wallet that is not there, and goes back whole: what came, not the price."""
    payment = await came(shop, LESS)
    with pytest.raises(AmountMismatch) as refused:
        await resolve(shop, payment, "accept")
    assert (refused.value.given_sen, refused.value.right_sen) == (LESS, PRICE)
    with pytest.raises(NotFound):
        await resolve(shop, payment, "wallet")
    assert await shop.stands(payment) == ("late", 0)
    back = await resolve(shop, payment, "refund")
    assert (back.status, back.refunded_sen) == ("refunded", LESS)
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    await give_back(shop.engine, shop.desk, shop.merchant_id, payment.order_id, listed.task.task_id)
    assert shop.toy.given_back[-1] == (payment.public_id, LESS)
    # The order is still to be paid, and can be: nothing is in conflict any more.
    order = (await shop.now(payment)).order
    assert (order.status, order.payment_mark) == ("pending", "")
    told = await shop.engine.events.of_orders(shop.merchant_id, [payment.order_id])
    assert [one.name for one in told if one.name.startswith("invoice.")] == ["invoice.conflict", "invoice.unpaid"]


async def test_the_conflict_lasts_as_long_as_the_money_waits(shop: GatewayShop) -> None:
    """Two came with another amount: one given back, the order is still in conflict; both, and it is unpaid."""
    first = await shop.started("BNI")
    second = await shop.stored(await shop.now(first))
    await shop.desk.started(await shop.now(first), second.payment_id)
    for one in (first, second):
        shop.toy.pays(one, paid_sen=LESS)
        await shop.look(one)
    for one, mark in ((first, "conflict"), (second, "")):
        await resolve(shop, one, "refund")
        assert (await shop.now(one)).order.payment_mark == mark


async def test_no_conflict_where_nothing_is_owed(shop: GatewayShop) -> None:
    """For an order that is paid already, or was cancelled, other money only waits: what it stands at is untouched."""
    paid = await shop.started("BNI")
    double = await shop.stored(await shop.now(paid))
    await shop.desk.started(await shop.now(paid), double.payment_id)
    shop.toy.pays(paid)
    await shop.look(paid)
    ended = await shop.started("BNI")
    names = {"merchant_id": shop.merchant_id, "environment": "production"}
    await shop.engine.submit(CancelOrder(**names, order_id=ended.order_id))
    for one in (double, ended):
        shop.toy.pays(one, paid_sen=LESS)
        await shop.look(one)
        assert ((await shop.stands(one))[0], (await shop.now(one)).order.payment_mark) == ("late", "")


async def test_the_right_amount_after_another(shop: GatewayShop) -> None:
    """It pays the order and ends the conflict; what waits, waits on and can be given back."""
    other = await shop.started("BNI")
    right = await shop.stored(await shop.now(other))
    await shop.desk.started(await shop.now(other), right.payment_id)
    shop.toy.pays(other, paid_sen=LESS)
    await shop.look(other)
    shop.toy.pays(right)
    await shop.look(right)
    order = (await shop.now(right)).order
    assert (order.charged_sen, order.payment_mark) == (PRICE, "")
    await resolve(shop, other, "refund")
    assert await shop.stands(other) == ("refunded", PRICE)
    assert (await shop.now(right)).order.payment_mark == ""


@pytest.mark.parametrize(("paid_sen", "stands"), [(MORE, ("completed", PRICE)), (LESS, ("late", 0))])
async def test_the_rule_that_accepts_what_is_too_much(
    shop: GatewayShop, paid_sen: int, stands: tuple[str, int]
) -> None:
    """``accept_over``: enough pays the order by itself; too little waits."""
    await change_settings(shop.engine, shop.merchant_id, {"other_amount": "accept_over"})
    payment = await came(shop, paid_sen)
    assert await shop.stands(payment) == stands


async def test_the_rule_that_credits_the_wallet(shop: GatewayShop) -> None:
    """``wallet``: all of it is the member's; of an order of nobody with a wallet it waits."""
    await change_settings(shop.engine, shop.merchant_id, {"other_amount": "wallet"})
    assert await shop.stands(await came(shop, LESS)) == ("late", 0)
    member = await member_of(shop)
    payment = await came(shop, LESS, **member)
    assert (await shop.stands(payment), payment.refunded_sen) == (("refunded", 0), LESS)
    assert (await shop.engine.wallets.balance(shop.merchant_id, member["account_id"])).available_sen == LESS


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paid_rupiah=st.integers(1, 200_000),
    rule=st.sampled_from(["hold", "accept_over", "wallet"]),
    decisions=st.lists(st.sampled_from(["accept", "refund", "wallet"]), max_size=3),
    member=st.booleans(),
)
async def test_the_books_hold_whatever_comes(
    shop: GatewayShop, paid_rupiah: int, rule: str, decisions: list[str], member: bool
) -> None:
    """Any amount, rule and decisions: the books hold, and what left suspense is what came."""
    await change_settings(shop.engine, shop.merchant_id, {"other_amount": rule})
    of = await member_of(shop) if member else {}
    payment = await came(shop, rupiah(paid_rupiah), **of)
    for decision in decisions:
        try:
            payment = await resolve(shop, payment, decision)
        except Refusal:
            continue
    moved = await flows(shop, payment)
    into = sum(amount for _, to, amount, _ in moved if to == "suspense")
    out = sum(amount for source, _, amount, _ in moved if source == "suspense")
    assert into - out == (payment.amount_sen if payment.status == "late" else 0)
    assert await check(shop.engine, shop.merchant_id) == []
