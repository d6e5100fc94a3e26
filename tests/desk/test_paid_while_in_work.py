"""Money that comes in time for an order that somebody began to work on unpaid is its payment, and waits for nobody."""

from __future__ import annotations

import pytest

from bank_kit import PRICE
from desk_kit import do, seen
from desk_money_kit import act, open_till
from gerai.app import App
from gerai.engine.check import check
from gerai.engine.desk.registry import acts


@pytest.mark.parametrize("steps", [("confirm", "process"), ("process",), ("process", "ready")])
async def test_it_pays_the_order_where_it_stands(app: App, steps: tuple[str, ...]) -> None:
    """Late money of this shop waits for a decision; this is not late. It is booked once, and the order stays there."""
    till = await open_till(app)
    view, payment = await till.asked()
    for step in steps:
        await do(till.within, f"orders.{step}", acts()[f"orders.{step}"].input(id=view.order.order_id))
    before, _ = await till.now(view)
    await act(till.within, "payments.confirm", id=payment.payment_id)
    after, paid = await till.now(view)
    assert (paid.status, after.order.status) == ("completed", before.order.status)
    assert (after.order.charged_sen, after.invoice and after.invoice.status) == (PRICE, "paid")
    assert await seen(till.within, "waiting.list") == []
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_what_comes_after_it_ran_out_is_late(app: App) -> None:
    """The payment was ended before its money came: the shop's rule decides, as for every other order."""
    till = await open_till(app)
    view, payment = await till.asked()
    await do(till.within, "orders.process", acts()["orders.process"].input(id=view.order.order_id))
    async with till.shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE payments SET expires_at = now() - interval '1 minute' WHERE merchant_id = %s AND payment_id = %s",
            (till.shop.merchant_id, payment.payment_id),
        )
    await act(till.within, "payments.confirm", id=payment.payment_id)
    after, paid = await till.now(view)
    assert (paid.status, after.order.status, after.order.charged_sen) == ("late", "processing", 0)
    assert await check(till.shop.engine, till.shop.merchant_id) == []
