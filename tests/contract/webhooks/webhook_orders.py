"""Orders placed at each door of the demo shop, with the contracts' own example bodies."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import httpx
from webhook_kit import Shop

from gerai.doors.dialects.durianpay.demo import ORDER

GOOD, BAD = "356281920502180", "356281920509001"
BUYER = {
    "customer_name": "Siti Nurhaliza — é",
    "customer_phone": "62812345678",
    "customer_email": "example@example.com",
    "payment_method": "invoice",
}


async def place_cekceir(shop: Shop, expect: int, *imeis: str, code: str = "cek_imei") -> httpx.Response:
    """The answer to an order of these IMEIs. ``unlock_manual`` waits for an operator."""
    return await shop.ask("POST", "/api/order", {"code": code, "data": {"imeis": list(imeis)}}, expect)


async def place_durianpay(shop: Shop, **changes: Any) -> dict[str, Any]:
    """A new order's ``data``; the seed's order without its long past expiry."""
    body = {name: value for name, value in (deepcopy(ORDER) | changes).items() if name != "expiry_date"}
    return (await shop.ask("POST", "/v1/orders", body)).json()["data"]


async def charge(shop: Shop, order: dict[str, Any], kind: str = "VA", **request: Any) -> dict[str, Any]:
    """Start a payment of a Durianpay order; the answer's ``response``."""
    fields = {"order_id": order["id"], "amount": order["amount"], "name": "Jane Doe", "mobile": "08123456789"}
    fields |= {"bank_code": "BCA", "payment_ref_id": "pay_ref_123", **request}
    answer = await shop.ask("POST", "/v1/payments/charge", {"type": kind, "request": fields})
    return answer.json()["data"]["response"]


async def place_scalev(shop: Shop, **changes: Any) -> dict[str, Any]:
    """A digital order, as it is answered."""
    line = {"quantity": 1, "variant_unique_id": shop.demo["digital_variant_unique_id"]}
    body = {"store_unique_id": shop.demo["store_unique_id"], **BUYER, "ordervariants": [line], **changes}
    return (await shop.ask("POST", "/v3/orders", body)).json()


async def place_leuwongrr(shop: Shop, **changes: Any) -> str:
    """The invoice code of a new order of 100 Robux at Rp15.000."""
    names = ("roblox_username", "place_id", "roblox_pass_id")
    body = {**{name: shop.demo[name] for name in names}, "payment_method": "invoice", **changes}
    return (await shop.ask("POST", "/api/v1/me/orders", body, 201)).json()["data"]["invoice"]["invoice_code"]
