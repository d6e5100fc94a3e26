"""A payment that was marked by mistake and taken back: what it had completed is open again (contract §11.4, §11.5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from scalev_shop import Shop

from gerai.engine.check import check
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now

PATH = "/v3/orders/change-status"


async def change(shop: Shop, order: dict[str, Any], **fields: Any) -> tuple[str, str]:
    """How the order stands after the change."""
    [shown] = (await shop.post(PATH, {"ids": [order["id"]], **fields}))["data"]
    return shown["status"], shown["payment_status"]


async def refused(shop: Shop, order: dict[str, Any], **fields: Any) -> None:
    answer = await shop.send("POST", PATH, {"ids": [order["id"]], **fields})
    assert (answer.status_code, answer.json()["error_code"]) == (409, "state_conflict")


async def engine_id(shop: Shop) -> int:
    """The engine's id of the merchant's only order."""
    [(order_id,)] = await shop.rows("orders", "order_id")
    return order_id


@pytest.mark.parametrize(
    ("method", "words", "back"),
    [
        ("invoice", [], "pending"),
        (None, [], "pending"),
        ("invoice", ["confirmed"], "confirmed"),
        ("invoice", ["in_process", "ready"], "confirmed"),
        ("cod", [], "confirmed"),
    ],
)
async def test_what_a_mistaken_payment_completed_is_open_again(
    shop: Shop, method: str | None, words: list[str], back: str
) -> None:
    """Digital goods that ``paid`` completed go back to where they stood once it is ``unpaid``, through a conflict too:
    the order can be paid, completed or cancelled again, and the books hold."""
    for way in (["unpaid"], ["conflict", "unpaid"], ["unpaid", "unpaid"]):
        order = await shop.place(shop.digital(payment_method=method))
        for word in words:
            await change(shop, order, status=word)
        assert await change(shop, order, payment_status="paid") == ("completed", "paid")
        for payment in way:
            stands = await change(shop, order, payment_status=payment)
        assert stands == (back, "unpaid")
        read = await shop.get(f"/v3/orders/{order['id']}")
        assert [step["status"] for step in read["status_history"]][-2:] == ["completed", back]
        assert await change(shop, order, payment_status="paid") == ("completed", "paid")
        assert await change(shop, order, payment_status="unpaid", status="canceled") == ("canceled", "unpaid")
    assert await check(shop.engine, shop.merchant_id) == []


async def test_the_buyer_can_pay_it_then(shop: Shop) -> None:
    """The reopened order's page offers ways to pay, and says what became of the payment that it had told of."""
    order = await shop.place(shop.digital())
    await change(shop, order, payment_status="paid")
    page = (await shop.client.get(urlsplit(order["public_order_url"]).path)).text
    assert "Pembayaran diterima" in page
    assert "Ternyata pembayaran belum diterima" not in page
    await change(shop, order, payment_status="unpaid")
    page = (await shop.client.get(urlsplit(order["public_order_url"]).path)).text
    # The newest is on top.
    assert page.index("Ternyata pembayaran belum diterima") < page.index("Pembayaran diterima")
    assert 'name="method"' in page


async def test_goods_that_are_counted_are_on_the_shelf_again(shop: Shop) -> None:
    """What the mistaken completion had taken from the shelf is there, and promised to the order, again."""
    await shop.place(shop.digital())
    order_id = await engine_id(shop)
    async with shop.engine.connection() as connection:
        # Licence keys, for example: digital, and counted.
        [(stock_id,)] = await (
            await connection.execute(
                "UPDATE stock SET reserved = 1 WHERE merchant_id = %s AND item_id = 8419 AND environment = 'sandbox' "
                "RETURNING stock_id",
                (shop.merchant_id,),
            )
        ).fetchall()
        await connection.execute(
            "UPDATE order_lines SET stock_id = %s WHERE merchant_id = %s AND order_id = %s",
            (stock_id, shop.merchant_id, order_id),
        )
    [(public_id,)] = await shop.rows("orders", "public_id")
    order = {"id": public_id}
    assert await change(shop, order, payment_status="paid") == ("completed", "paid")
    assert await shop.stock(8419) == [(99_999, 0)]
    assert await change(shop, order, payment_status="unpaid") == ("pending", "unpaid")
    assert await shop.stock(8419) == [(100_000, 1)]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_what_was_delivered_stays_completed(shop: Shop) -> None:
    """Parcels, and what its seller completed or sent by hand: taking a word back moves no order. A clock that stands
    still confuses nobody."""
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=real_now())
    for body in (shop.digital(), await shop.physical()):
        order = await shop.place(body)
        assert await change(shop, order, status="completed") == ("completed", "unpaid")
        assert await change(shop, order, payment_status="paid") == ("completed", "paid")
        assert await change(shop, order, payment_status="unpaid") == ("completed", "unpaid")
    sent = await shop.place(shop.digital())
    for word in ("confirmed", "shipped"):
        await change(shop, sent, status=word)
    assert await change(shop, sent, payment_status="paid") == ("completed", "paid")
    assert await change(shop, sent, payment_status="unpaid") == ("completed", "unpaid")
    again = await shop.place(shop.digital())
    await change(shop, again, payment_status="paid")
    await change(shop, again, payment_status="unpaid")
    assert await change(shop, again, status="completed") == ("completed", "unpaid")
    assert await change(shop, again, payment_status="conflict") == ("completed", "conflict")
    assert await change(shop, again, payment_status="unpaid") == ("completed", "unpaid")
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("by", ["", "Sari"])
async def test_real_money_is_not_taken_back(shop: Shop, by: str) -> None:
    """A payment that a gateway reported, or that a person saw on the bank's list: no word declares it away, alone or
    with a status; the page does not ask again, and a cancelled order's money waits for somebody."""
    order = await shop.place(shop.digital())
    await shop.engine.submit(
        RecordPayment(
            merchant_id=shop.merchant_id, environment="sandbox", order_id=await engine_id(shop), outcome="paid",
            method="bank_transfer", by=by, reference="BCA-77" if by else "",
        )
    )  # fmt: skip
    assert (await shop.get(f"/v3/orders/{order['id']}"))["status"] == "completed"
    before = await shop.rows("payments", "public_id, status")
    for word in ("unpaid", "conflict"):
        for fields in ({}, {"status": "pending"}, {"status": "canceled"}):
            await refused(shop, order, payment_status=word, **fields)
    assert await shop.rows("payments", "public_id, status") == before
    page = (await shop.client.get(urlsplit(order["public_order_url"]).path)).text
    assert 'name="method"' not in page
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_word_taken_back_after_money_came_is_one_about_that_money(shop: Shop) -> None:
    """Marked paid, taken back, and then really paid: the last is what counts."""
    order = await shop.place(shop.digital())
    for word in ("paid", "unpaid"):
        await change(shop, order, payment_status=word)
    await shop.engine.submit(
        RecordPayment(
            merchant_id=shop.merchant_id, environment="sandbox", order_id=await engine_id(shop), outcome="paid",
            method="bank_transfer",
        )
    )  # fmt: skip
    await refused(shop, order, payment_status="unpaid")
    assert await check(shop.engine, shop.merchant_id) == []


async def test_nobody_reopens_a_completed_order_by_asking(shop: Shop) -> None:
    """While its payment stands, and where no payment completed it, a completed order goes nowhere but ``closed``."""
    for body in (shop.digital(), await shop.physical()):
        order = await shop.place(body)
        await change(shop, order, status="completed", payment_status="paid")
        for word in ("draft", "pending", "confirmed", "in_process", "canceled"):
            await refused(shop, order, status=word)
        assert await change(shop, order, status="closed") == ("closed", "paid")
