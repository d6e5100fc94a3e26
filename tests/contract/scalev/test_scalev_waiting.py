"""How long an order waits for its money, however often people move it (contract §9.2, §11.5)."""

from __future__ import annotations

from typing import Any

import pytest
from scalev_shop import Shop

from gerai.engine.merchants.open import set_test_clock
from gerai.worker.sweep import sweep

#: The demo's stores let an unpaid order wait for so long.
OPEN_H = 72


async def change(shop: Shop, order: dict[str, Any], **fields: Any) -> None:
    await shop.post("/v3/orders/change-status", {"ids": [order["id"]], **fields})


async def at_hour(shop: Shop, hour: float) -> None:
    """So long after the test began, by the sandbox's clock, the sweep looks."""
    await set_test_clock(shop.engine, shop.merchant_id, offset_s=int(hour * 3600))
    await sweep(shop.engine)


async def status(shop: Shop, order: dict[str, Any]) -> str:
    return (await shop.get(f"/v3/orders/{order['id']}"))["status"]


async def held(shop: Shop) -> int:
    """How many shirts are promised to orders."""
    return (await shop.stock(8419))[0][1]


async def test_a_draft_that_is_completed_waits_from_then_on(shop: Shop) -> None:
    """A draft that a person makes pending has the store's whole time from then on; then it ends, and its goods are
    free."""
    order = await shop.place(await shop.physical(payment_method=None))
    assert (order["status"], await held(shop)) == ("draft", 1)
    await at_hour(shop, 50)
    await change(shop, order, status="pending")
    await at_hour(shop, 50 + OPEN_H - 1)
    assert (await status(shop, order), await held(shop)) == ("pending", 1)
    await at_hour(shop, 50 + OPEN_H + 1)
    assert (await status(shop, order), await held(shop)) == ("canceled", 0)


async def test_a_draft_that_nobody_completes_lets_its_goods_go(shop: Shop) -> None:
    """What came in incomplete waits no longer than any unpaid order."""
    order = await shop.place(await shop.physical(payment_method=None))
    await at_hour(shop, OPEN_H - 1)
    assert (await status(shop, order), await held(shop)) == ("draft", 1)
    await at_hour(shop, OPEN_H + 1)
    assert (await status(shop, order), await held(shop)) == ("canceled", 0)


async def test_what_a_person_sets_aside_stays(shop: Shop) -> None:
    """An order that is set back to draft is in a person's hands: it waits until they move it, and then for the whole
    time again."""
    order = await shop.place(await shop.physical())
    await change(shop, order, status="draft")
    await at_hour(shop, OPEN_H * 5)
    assert (await status(shop, order), await held(shop)) == ("draft", 1)
    await change(shop, order, status="pending")
    await at_hour(shop, OPEN_H * 6 - 1)
    assert await status(shop, order) == "pending"
    await at_hour(shop, OPEN_H * 6 + 1)
    assert (await status(shop, order), await held(shop)) == ("canceled", 0)


@pytest.mark.parametrize("way", [{"status": "confirmed"}, {"payment_status": "paid"}])
async def test_an_order_that_waits_again_does_so_for_the_whole_time(shop: Shop, way: dict[str, Any]) -> None:
    """Taken on or marked paid, it does not expire; set back long after its first time was over, it is not gone at
    once."""
    order = await shop.place(await shop.physical())
    await change(shop, order, **way)
    await at_hour(shop, OPEN_H * 3)
    assert await status(shop, order) == "confirmed"
    await change(shop, order, status="pending", payment_status="unpaid")
    await at_hour(shop, OPEN_H * 4 - 1)
    assert await status(shop, order) == "pending"
    await at_hour(shop, OPEN_H * 4 + 1)
    assert (await status(shop, order), await held(shop)) == ("canceled", 0)


async def test_the_same_call_again_buys_no_time(shop: Shop) -> None:
    """A repeated change changes nothing, not the time either."""
    order = await shop.place(await shop.physical())
    await at_hour(shop, 40)
    await change(shop, order, status="pending", payment_status="unpaid")
    await at_hour(shop, OPEN_H + 1)
    assert await status(shop, order) == "canceled"


@pytest.mark.parametrize("method", ["invoice", None])
async def test_about_a_conflict_a_person_decides(shop: Shop, method: str | None) -> None:
    """An order whose payment is disputed does not expire; once the dispute is over, it waits for the whole time."""
    order = await shop.place(await shop.physical(payment_method=method))
    await change(shop, order, payment_status="conflict")
    await at_hour(shop, OPEN_H * 3)
    assert await status(shop, order) == order["status"]
    assert await held(shop) == 1
    await change(shop, order, status="pending", payment_status="unpaid")
    await at_hour(shop, OPEN_H * 4 - 1)
    assert await status(shop, order) == "pending"
    await at_hour(shop, OPEN_H * 4 + 1)
    assert (await status(shop, order), await held(shop)) == ("canceled", 0)


async def test_a_conflict_from_before_stops_the_clock_too(shop: Shop) -> None:
    """One that was marked by an earlier version still has its time limit: neither the sweep nor its command ends it."""
    order = await shop.place(await shop.physical())
    await change(shop, order, payment_status="conflict")
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at + interval '1 hour' WHERE merchant_id = %s", (shop.merchant_id,)
        )
    await at_hour(shop, 2)
    assert (await status(shop, order), await held(shop)) == ("pending", 1)


async def test_cash_on_delivery_waits_for_no_payment(shop: Shop) -> None:
    """Nothing is collected before delivery: set back to pending, it does not expire."""
    order = await shop.place(await shop.physical(payment_method="cod"))
    await change(shop, order, status="pending")
    await at_hour(shop, OPEN_H * 3)
    assert (await status(shop, order), await held(shop)) == ("pending", 1)
