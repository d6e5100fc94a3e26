"""What can no longer be paid shows no way to pay: an order and a deposit, in every state but pending."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.domain.filters import Scope
from gerai.domain.records import OrderView
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment

KEY = {"Idempotency-Key": "k"}


async def _end(shop: Any, view: OrderView, how: str) -> None:
    """Take an order with one open payment to an end."""
    names: dict[str, Any] = {
        "merchant_id": shop.merchant_id, "environment": "production", "order_id": view.order.order_id,
    }  # fmt: skip
    payment_id = view.payments[0].payment_id
    if how in ("expired", "past its time", "late"):
        async with shop.engine.connection() as connection:
            # A payment of its own may say nothing of the order's end.
            for table in ("orders",) if how == "past its time" else ("orders", "payments"):
                await connection.execute(
                    f"UPDATE {table} SET expires_at = now() - interval '1 minute' "
                    "WHERE merchant_id = %s AND order_id = %s",
                    (shop.merchant_id, view.order.order_id),
                )
    if how == "late":
        await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    if how in ("expired", "late"):
        await shop.engine.submit(ExpireOrder(**names))
    if how == "cancelled":
        await shop.engine.submit(CancelOrder(**names))
    if how == "payment failed":
        await shop.engine.submit(RecordPayment(**names, payment_id=payment_id, outcome="failed"))
    if how in ("paid", "refunded", "late"):
        await shop.engine.submit(RecordPayment(**names, payment_id=payment_id, outcome="paid"))
    if how == "refunded":
        await shop.engine.submit(RefundPayment(**names, payment_id=payment_id, amount_sen=view.payments[0].amount_sen))


@pytest.mark.parametrize("method", ["qris", "va-bca", "ewallet-dana"])
@pytest.mark.parametrize("how", ["cancelled", "expired", "past its time", "late", "paid", "refunded", "payment failed"])
async def test_a_replay_of_what_has_ended_shows_no_way_to_pay(shop: Any, method: str, how: str) -> None:
    """Neither the replay nor a read nor the image of the page has a QR, a number or an address to pay to. The page
    stays named, and only an order that waits for another payment is still to be paid on it."""
    first = (await shop.post(token=shop.production, headers=KEY, payment_method=method)).json()["data"]
    page = first["invoice"]["invoice_url"]
    assert first["invoice"]["payment_url"] == page
    assert any(first["gateway"][name] for name in ("qr_string", "pay_code", "redirect_url"))
    code = first["invoice"]["invoice_code"]
    image = page.replace("?t=", "/qr.png?t=")
    assert (await shop.client.get(image)).status_code == (200 if method == "qris" else 404)
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "production", "leuwongrr"), code)
    await _end(shop, view, how)
    again = await shop.post(token=shop.production, headers=KEY, payment_method=method)
    invoice = (await shop.get(f"/me/invoices/{code}", shop.production)).json()["data"]["invoice"]
    assert again.status_code == 200
    assert again.json()["data"]["gateway"] is None
    still = page if how == "payment failed" else ""
    assert [shown["payment_url"] for shown in (again.json()["data"]["invoice"], invoice)] == [still, still]
    assert [shown["invoice_url"] for shown in (again.json()["data"]["invoice"], invoice)] == [page, page]
    assert (await shop.client.get(image)).status_code == 404
    instructed = view.payments[0].instructions
    for secret in filter(None, (instructed.get("code"), instructed.get("qr_text"))):
        assert secret not in again.text
