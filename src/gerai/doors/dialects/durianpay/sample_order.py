"""The request that a seller tries this door with: its price, by a payment link."""

from __future__ import annotations

from typing import Any

from gerai.doors.dialects.durianpay.keys import credentials
from gerai.engine.desk.sample_orders import ForSale, SampleOrder


def sample_order(sold: ForSale, key: str) -> SampleOrder:
    """An order over the price of whatever it is: this door knows no goods."""
    amount = f"{sold.price_sen // 100}.{sold.price_sen % 100:02}"
    body: dict[str, Any] = {
        "amount": amount, "currency": "IDR", "order_ref_id": "pesanan-pertama", "is_payment_link": True,
        "customer": {"given_name": "Ani Lestari", "email": "ani@example.com", "mobile": "81234567890"},
        "items": [{"name": sold.name, "qty": 1, "price": amount}],
    }  # fmt: skip
    return SampleOrder("/v1/orders", {"Authorization": f"Basic {credentials(key)}"}, body)
