"""The Durianpay door's part of the demo shop: a test and a live key, the contract's own order, a link, and a charge."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any, Final

import httpx

from gerai.demo import DemoShop, Shown, call
from gerai.domain.records import Environment
from gerai.engine.keys.manage import create_key
from gerai.kit.ids import base62

_PREFIXES: Final[dict[Environment, str]] = {"sandbox": "dp_test_", "production": "dp_live_"}
#: The body of the contract's own example order, as printed.
ORDER: Final[dict[str, Any]] = {
    "amount": "10000.67",
    "payment_option": "full_payment",
    "currency": "IDR",
    "order_ref_id": "order_ref_001",
    "customer": {
        "customer_ref_id": "cust_001",
        "given_name": "Jane",
        "middle_name": "Mary",
        "sur_name": "Doe",
        "email": "jane_doe@nomail.com",
        "mobile": "85722173217",
        "address": {
            "receiver_name": "Jude Casper",
            "receiver_phone": "8987654321",
            "label": "Home Address",
            "address_line_1": "Jl. HR. Rasuna Said",
            "address_line_2": "Apartment #786",
            "city": "Jakarta Selatan",
            "region": "Jakarta",
            "country": "Indonesia",
            "postal_code": "560008",
            "landmark": "Kota Jakarta Selatan",
        },
    },
    "items": [
        {
            "name": "LED Television",
            "qty": 1,
            "price": "10001.00",
            "logo": "https://merchant.com/tv_image.jpg",
            "brand": "Samsung",
            "category": "Electronics",
            "sku": "TV_123",
            "total_price": "10001.00",
            "metadata": "Model No: SG_123",
        }
    ],
    "metadata": {},
    "description": "Pesan untuk TV",
    "admin_fee_method": "included",
    "expiry_date": "2022-03-29T10:00:00.000Z",
}


async def seed(shop: DemoShop) -> dict[str, Any]:
    """Both keys, without a rate limit, and each as the credentials a client sends."""
    test_key = await make_key(shop, "sandbox", "Demo test")
    live_key = await make_key(shop, "production", "Demo live")
    return {
        "test_key": test_key,
        "live_key": live_key,
        "test_basic": credentials(test_key),
        "live_basic": credentials(live_key),
    }


async def make_key(shop: DemoShop, environment: Environment, name: str) -> str:
    """A new API key of the merchant, shown this once."""
    prefix = _PREFIXES[environment]
    token = prefix + base62(24)
    await create_key(shop.engine, shop.merchant_id, environment, "durianpay", token, name=name, prefix=prefix)
    return token


def credentials(key: str) -> str:
    """What follows ``Basic`` in the header: the key as user, the password blank."""
    return base64.b64encode(f"{key}:".encode()).decode()


async def show(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """The contract's order as printed (expired since 2022), the same as a payment link that is open, and its charge."""
    headers = {"Authorization": f"Basic {section['test_basic']}"}
    printed = await call(client, "Durianpay: the contract's order", "POST", "/v1/orders", headers, ORDER)
    open_order = {name: value for name, value in ORDER.items() if name != "expiry_date"} | {"is_payment_link": True}
    link = await call(client, "Durianpay: payment link", "POST", "/v1/orders", headers, open_order)
    order = link.answer["data"]
    link = replace(link, pay_url=str(client.base_url.join(f"/payment/{order['payment_link_url']}")))
    request = {"order_id": order["id"], "amount": order["amount"], "name": "Jane Doe", "bank_code": "MANDIRI"}
    body = {"type": "VA", "request": request}
    charge = await call(client, "Durianpay: virtual account", "POST", "/v1/payments/charge", headers, body)
    return [printed, link, charge]
