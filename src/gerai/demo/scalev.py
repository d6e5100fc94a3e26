"""The storefront of the demo shop: two stores, e-books, T-shirts, bundles, two warehouses, five couriers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from gerai.demo import DemoShop, Shown, call
from gerai.demo.districts import DISTRICTS
from gerai.demo.products import (
    EBOOK_V,
    EBOOKS_OPTION,
    JAKARTA,
    MUG_V,
    SHIRT_L,
    SHIRT_M,
    STORE,
    SURABAYA,
    product_rows,
    rates,
    services,
)
from gerai.engine.catalogue.storefront import add
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import ENVIRONMENTS, changing
from gerai.kit.ids import token
from gerai.store import locations, storefront


def _stock(shop: DemoShop) -> list[list[Any]]:
    """The shirts are in Surabaya, plenty of M and five of L; mugs are in both warehouses."""
    counts = ((SHIRT_M, SURABAYA, 100_000), (SHIRT_L, SURABAYA, 5), (MUG_V, SURABAYA, 40), (MUG_V, JAKARTA, 3))
    at = datetime.now(UTC)
    return [
        [shop.engine.ids.next(), environment, item, warehouse, count, 0, at]
        for environment in ENVIRONMENTS
        for item, warehouse, count in counts
    ]


async def seed(shop: DemoShop) -> dict[str, Any]:
    """Put everything on the shelves, make a secret key and a storefront key; answers the demo.json section."""
    rows = product_rows()
    async with changing(shop.engine, shop.merchant_id) as connection:
        for table, new in rows.items():
            await add(connection, shop.merchant_id, table, new)
        await add(connection, shop.merchant_id, storefront.STOCK, _stock(shop))
        for table, records in (
            (locations.LOCATIONS, DISTRICTS),
            (locations.SERVICES, services()),
            (locations.RATES, rates()),
        ):
            values = [[list(v) if isinstance(v, tuple) else v for v in msgspec.structs.astuple(r)] for r in records]
            await add(connection, shop.merchant_id, table, values)
    unique_ids = {row[0]: row[1] for row in rows[storefront.STORES]}
    variants = {row[0]: row[2] for row in rows[storefront.VARIANTS]}
    options = {row[0]: row[2] for row in rows[storefront.OPTIONS]}
    return {
        "secret_key": await _key(shop, "sk", ()),
        "store_id": STORE,
        "store_unique_id": unique_ids[STORE],
        "digital_variant_unique_id": variants[EBOOK_V],
        "physical_variant_id": SHIRT_M,
        "physical_variant_unique_id": variants[SHIRT_M],
        "bundle_price_option_unique_id": options[EBOOKS_OPTION],
        "storefront_key": await _key(shop, "sfpk", ("storefront",)),
    }


async def _key(shop: DemoShop, kind: str, permissions: tuple[str, ...]) -> str:
    secret = f"{kind}_{token(30)}"
    await create_key(
        shop.engine, shop.merchant_id, "sandbox", "scalev", secret, name=f"demo {kind}", prefix=secret[:9],
        permissions=permissions, limits=None,
    )  # fmt: skip
    return secret


async def show(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
    """The contract's two walks: a digital order, and a physical one with its warehouse and courier looked up."""
    headers = {"Authorization": f"Bearer {section['secret_key']}"}
    variant = {"variant_id": section["physical_variant_id"], "qty": 1}
    order = {
        "store_unique_id": section["store_unique_id"],
        "customer_name": "John Doe",
        "customer_phone": "62812345678",
        "customer_email": "example@example.com",
        "payment_method": "invoice",
    }
    digital = order | {
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
    warehouse = shown[-1].answer["data"][0]["warehouse"]
    physical = order | {
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
    return [replace(item, pay_url=item.answer.get("payment_url", "")) for item in shown]
