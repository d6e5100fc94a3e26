"""A merchant with the demo's storefront, and a client that speaks to it with one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from psycopg.rows import tuple_row

from engine_kit import read_once
from gerai.doors.dialects.scalev.demo import DEMO
from gerai.doors.http.demo import DemoShop
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.kit.ids import token

#: The customer of the seed's payloads.
BUYER: dict[str, Any] = {
    "customer_name": "John Doe",
    "customer_phone": "62812345678",
    "customer_email": "example@example.com",
    "payment_method": "invoice",
}
#: The shipping part of the seed's physical payload; the warehouse's id comes from the shop.
PARCEL: dict[str, Any] = {
    "address": "Jl. Pegangsaan Timur No. 28",
    "location_id": 1,
    "postal_code": "12345",
    "courier_service_id": 1,
    "shipping_cost": 20000,
    "shipment_provider_code": "lincah",
}


@dataclass
class Shop:
    """``demo`` is the section of demo.json; ``key`` is what requests are sent with."""

    engine: Engine
    merchant_id: int
    demo: dict[str, Any]
    client: httpx.AsyncClient
    key: str

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request with the key."""
        sent = {"Authorization": f"Bearer {self.key}", **{name.replace("_", "-"): v for name, v in headers.items()}}
        if isinstance(body, bytes):
            return await self.client.request(method, path, content=body, headers=sent)
        return await self.client.request(method, path, json=body, headers=sent)

    async def get(self, path: str) -> Any:
        """The body of a successful GET."""
        answer = await self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        """The body of a POST that must answer this status."""
        answer = await self.send("POST", path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    # --- payloads --------------------------------------------------------------------------

    def digital(self, **changes: Any) -> dict[str, Any]:
        """The seed's digital payload."""
        line = {"quantity": 1, "variant_unique_id": self.demo["digital_variant_unique_id"]}
        return {"store_unique_id": self.demo["store_unique_id"], **BUYER, "ordervariants": [line], **changes}

    def bundle(self, **changes: Any) -> dict[str, Any]:
        """The seed's bundle payload."""
        line = {"quantity": 1, "bundle_price_option_unique_id": self.demo["bundle_price_option_unique_id"]}
        return {"store_unique_id": self.demo["store_unique_id"], **BUYER, "orderbundles": [line], **changes}

    async def physical(self, **changes: Any) -> dict[str, Any]:
        """The seed's physical payload."""
        line = {"quantity": 1, "variant_unique_id": self.demo["physical_variant_unique_id"]}
        house = (await self.warehouses())[0]["warehouse"]["unique_id"]
        parcel = {**PARCEL, "warehouse_unique_id": house}
        order = {"store_unique_id": self.demo["store_unique_id"], **BUYER, "ordervariants": [line]}
        return {**order, **parcel, **changes}

    async def warehouses(self, variant_id: int | None = None, quantity: int = 1) -> list[dict[str, Any]]:
        """What search-warehouse answers for the shirt (or another variant) going to location 1."""
        variant = {"variant_id": variant_id or self.demo["physical_variant_id"], "qty": quantity}
        body = {"store_id": self.demo["store_id"], "destination_id": 1, "variants": [variant]}
        return (await self.post("/v3/shipping-costs/search-warehouse", body))["data"]

    async def place(self, body: dict[str, Any]) -> dict[str, Any]:
        """Place an order that must succeed."""
        return await self.post("/v3/orders", body)

    async def variant(self, variant_id: int) -> dict[str, Any]:
        """The variant as the products list shows it."""
        products = (await self.get(f"/v3/stores/{self.demo['store_id']}/products"))["data"]
        return next(v for product in products for v in product["variants"] if v["id"] == variant_id)

    # --- the database ----------------------------------------------------------------------

    async def rows(self, table: str, columns: str = "count(*)") -> list[tuple[Any, ...]]:
        """Rows of this merchant in a table."""
        async with self.engine.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(f"SELECT {columns} FROM {table} WHERE merchant_id = %s", (self.merchant_id,))
            return await cursor.fetchall()

    async def orders(self) -> int:
        """How many orders the merchant has."""
        return (await self.rows("orders"))[0][0]

    async def stock(self, item_id: int) -> list[tuple[int, int]]:
        """(on hand, reserved) of an item in the sandbox, by warehouse."""
        found = await self.rows("stock", "environment, item_id, warehouse_id, on_hand, reserved")
        return [(row[3], row[4]) for row in sorted(found) if row[0] == "sandbox" and row[1] == item_id]

    async def with_key(self, prefix: str, *scopes: str, limits: dict[str, int] | None = None) -> Shop:
        """The same shop, asked with a new key."""
        secret = f"{prefix}_{token(30)}"
        await create_key(
            self.engine,
            self.merchant_id,
            "sandbox",
            "scalev",
            secret,
            name="test",
            prefix=secret[:9],
            permissions=scopes,
            limits=limits,
        )
        return Shop(self.engine, self.merchant_id, self.demo, self.client, secret)


async def open_shop(engine: Engine, merchant_id: int, client: httpx.AsyncClient) -> Shop:
    """Give a merchant the demo's storefront."""
    async with read_once(engine):
        demo = await DEMO.seed(DemoShop(engine, merchant_id))
    return Shop(engine, merchant_id, demo, client, demo["secret_key"])
