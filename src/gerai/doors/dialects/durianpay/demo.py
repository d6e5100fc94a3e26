"""The Durianpay door's part of the demo shop: a test and a live key, the contract's own order, a link, and a charge."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import httpx

from gerai.domain.records import Environment
from gerai.doors.dialects.durianpay.auth import NAME
from gerai.doors.dialects.durianpay.keys import credentials, make_key
from gerai.doors.http.demo import Demo, DemoCall, DemoShop, Shown, call
from gerai.engine.keys.manage import create_key

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
    test_key = await _key(shop, "sandbox", "Demo test")
    live_key = await _key(shop, "production", "Demo live")
    return {
        "test_key": test_key,
        "live_key": live_key,
        "test_basic": credentials(test_key),
        "live_basic": credentials(live_key),
    }


async def _key(shop: DemoShop, environment: Environment, name: str) -> str:
    form = make_key(environment)
    await create_key(shop.engine, shop.merchant_id, environment, NAME, form.token, name=name, prefix=form.prefix)
    return form.token


async def tour(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """The contract's order as printed (expired since 2022), the same as a payment link that is open, and its charge."""
    headers = _headers(section)
    printed = await call(client, "Durianpay: the contract's order", "POST", "/v1/orders", headers, ORDER)
    open_order = {name: value for name, value in ORDER.items() if name != "expiry_date"} | {"is_payment_link": True}
    link = await call(client, "Durianpay: payment link", "POST", "/v1/orders", headers, open_order)
    if link.status != HTTPStatus.OK:
        return [printed, link]
    made = link.answer["data"]
    link = replace(link, pay_url=str(client.base_url.join(f"/payment/{made['payment_link_url']}")))
    request = {"order_id": made["id"], "amount": made["amount"], "name": "Jane Doe", "bank_code": "MANDIRI"}
    body = {"type": "VA", "request": request}
    charge = await call(client, "Durianpay: virtual account", "POST", "/v1/payments/charge", headers, body)
    return [printed, link, replace(charge, follows=True)]


def order(section: dict[str, Any], number: int) -> DemoCall:
    """An order of Rp20.000 with the test key; seven customers take turns."""
    body = {
        "amount": "20000",
        "currency": "IDR",
        "order_ref_id": f"ref-{number}",
        "customer": {"email": f"c{number % 7}@example.com"},
    }
    return DemoCall("POST", "/v1/orders", _headers(section), body)


def _headers(section: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Basic {section['test_basic']}"}


DEMO: Final = Demo(seed, tour, order)
