"""The storefront of the demo shop: two stores, e-books, T-shirts, bundles, two warehouses, five couriers."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import httpx

from gerai.doors.dialects.scalev.demo.goods import EBOOK_V, EBOOKS_OPTION, SHIRT_M, STORE, goods
from gerai.doors.dialects.scalev.keys import make_key, make_storefront_key
from gerai.doors.dialects.scalev.order_details import CHANNEL
from gerai.doors.http.demo import Demo, DemoCall, DemoShop, Shown, call
from gerai.doors.http.describe import KeyForm
from gerai.engine.catalogue.extend import extend_catalogue
from gerai.engine.keys.manage import create_key


async def seed(shop: DemoShop) -> dict[str, Any]:
    """Fill the product catalogue, make a secret key and a storefront key; returns the section of demo.json."""
    new = goods()
    await extend_catalogue(shop.engine, shop.merchant_id, new)
    unique_ids = {store.store_id: store.unique_id for store in new.stores}
    variants = {variant.variant_id: variant.unique_id for variant in new.variants}
    options = {option.option_id: option.unique_id for option in new.options}
    return {
        "secret_key": await _key(shop, "demo sk", make_key("sandbox")),
        "store_id": STORE,
        "store_unique_id": unique_ids[STORE],
        "digital_variant_unique_id": variants[EBOOK_V],
        "physical_variant_id": SHIRT_M,
        "physical_variant_unique_id": variants[SHIRT_M],
        "bundle_price_option_unique_id": options[EBOOKS_OPTION],
        "storefront_key": await _key(shop, "demo sfpk", make_storefront_key()),
    }


async def _key(shop: DemoShop, name: str, form: KeyForm) -> str:
    await create_key(
        shop.engine, shop.merchant_id, "sandbox", CHANNEL, form.token, name=name, prefix=form.prefix,
        permissions=form.permissions, limits=None,
    )  # fmt: skip
    return form.token


async def tour(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """The contract's two walks: a digital order, and a physical one with its warehouse and courier looked up."""
    headers = _headers(section)
    variant = {"variant_id": section["physical_variant_id"], "qty": 1}
    buyer = {
        "store_unique_id": section["store_unique_id"],
        "customer_name": "John Doe",
        "customer_phone": "62812345678",
        "customer_email": "example@example.com",
        "payment_method": "invoice",
    }
    digital = buyer | {
        "ordervariants": [{"quantity": 1, "variant_unique_id": section["digital_variant_unique_id"]}],
    }
    shown = [
        await call(client, "Scalev: select a store", "GET", "/v3/stores/simplified?search=contoh", headers),
        await call(client, "Scalev: digital order", "POST", "/v3/orders", headers, digital),
        await call(
            client, "Scalev: nearest warehouse", "POST", "/v3/shipping-costs/search-warehouse", headers,
            {"store_id": section["store_id"], "destination_id": 1, "variants": [variant]},
        ),
    ]  # fmt: skip
    if shown[-1].status != HTTPStatus.OK:
        return _with_pages(shown)
    warehouse = shown[-1].answer["data"][0]["warehouse"]
    physical = buyer | {
        "ordervariants": [{"quantity": 1, "variant_unique_id": section["physical_variant_unique_id"]}],
        "address": "Jl. Pegangsaan Timur No. 28",
        "location_id": 1,
        "postal_code": "12345",
        "warehouse_unique_id": warehouse["unique_id"],
        "courier_service_id": 1,
        "shipping_cost": 20000,
        "shipment_provider_code": "lincah",
    }
    shown += [
        await call(
            client, "Scalev: courier services", "POST", "/v3/shipping-costs/search-courier-service", headers,
            {
                "store_id": section["store_id"], "location_id": 1, "warehouse_id": warehouse["id"],
                "payment_method": "invoice", "weight": 250,
            },
        ),
        await call(client, "Scalev: physical order", "POST", "/v3/orders", headers, physical),
    ]  # fmt: skip
    return _with_pages(shown)


def _with_pages(shown: list[Shown]) -> list[Shown]:
    made = HTTPStatus.OK, HTTPStatus.CREATED
    return [replace(one, pay_url=one.answer.get("payment_url") or "") if one.status in made else one for one in shown]


def order(section: dict[str, Any], number: int) -> DemoCall:
    """An e-book by invoice for the n-th customer."""
    body = {
        "store_unique_id": section["store_unique_id"],
        "customer_name": f"John {number}",
        "customer_phone": f"6281{number:08d}",
        "ordervariants": [{"quantity": 1, "variant_unique_id": section["digital_variant_unique_id"]}],
        "payment_method": "invoice",
    }
    return DemoCall("POST", "/v3/orders", _headers(section), body)


def _headers(section: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {section['secret_key']}"}


DEMO: Final = Demo(seed, tour, order)
