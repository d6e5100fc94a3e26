"""A merchant with a sandbox and a production key of the Durianpay door, and what its tests ask with."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx

from engine_kit import read_once
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import open_merchant
from gerai.kit import ids

#: The body of the seed's curl, as printed.
SEED: dict[str, Any] = ORDER


def order_body(**changes: Any) -> dict[str, Any]:
    """The seed's order without its (long past) expiry date, changed; None takes a field away."""
    body = deepcopy(SEED)
    del body["expiry_date"]
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


@dataclass
class Shop:
    """``environment`` picks the key that asks: ``sandbox`` or ``production``."""

    client: httpx.AsyncClient
    engine: Engine
    merchant_id: int
    keys: dict[str, str]
    environment: str = "sandbox"

    def other_environment(self) -> Shop:
        return Shop(self.client, self.engine, self.merchant_id, self.keys, "production")

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """One request with the key as Basic user and a blank password."""
        if body is not None:
            options["json"] = body
        return await self.client.request(method, path, auth=(self.keys[self.environment], ""), **options)

    async def ask_raw(self, method: str, path: str, content: bytes) -> httpx.Response:
        """One request whose body is exactly these bytes."""
        return await self.ask(method, path, content=content, headers={"Content-Type": "application/json"})

    async def order(self, **changes: Any) -> dict[str, Any]:
        """A new order's ``data``."""
        response = await self.ask("POST", "/v1/orders", order_body(**changes))
        assert response.status_code == 200, response.text
        return response.json()["data"]

    async def charge(self, order: dict[str, Any], kind: str = "VA", **request: Any) -> httpx.Response:
        """Charge an order; by default all that any type may need is sent."""
        body = {
            "order_id": order["id"],
            "amount": order["amount"],
            "name": "Jane Doe",
            "mobile": "08123456789",
            "payment_ref_id": "pay_ref_123",
            "bank_code": {"VA": "BCA", "RETAILSTORE": "ALFAMART", "RETAIL_STORE": "INDOMARET"}.get(kind),
            "wallet_type": "DANA" if kind == "EWALLET" else None,
            "type": "JENIUSPAY" if kind == "ONLINE_BANKING" else None,
            "payment_method_unique_id": "AKULAKU" if kind == "BNPL" else None,
            **request,
        }
        sandbox = body.pop("sandbox_options", None)
        return await self.ask(
            "POST", "/v1/payments/charge", {"type": kind, "request": body, "sandbox_options": sandbox}
        )

    async def rows(self) -> dict[str, int]:
        """How many rows this merchant has in the tables a request could write to."""
        counts: dict[str, int] = {}
        async with self.engine.connection() as connection:
            for table in ("orders", "order_lines", "invoices", "payments", "members", "events", "transfers"):
                cursor = await connection.execute(
                    f"SELECT count(*) FROM {table} WHERE merchant_id = %s",
                    (self.merchant_id,),
                )
                row = await cursor.fetchone()
                counts[table] = row[0] if row else -1
        return counts


async def open_shop(client: httpx.AsyncClient, engine: Engine, **settings: Any) -> Shop:
    """A merchant of its own, with keys that have no rate limit."""
    code = f"dp-{ids.base62(12).lower()}"
    keys = {"sandbox": f"dp_test_{ids.base62(24)}", "production": f"dp_live_{ids.base62(24)}"}
    async with read_once(engine):
        merchant_id = await open_merchant(engine, code, "Toko Contoh", settings, simulated=True)
        await create_key(engine, merchant_id, "sandbox", "durianpay", keys["sandbox"], name="test", prefix="dp_test_")
        await create_key(
            engine, merchant_id, "production", "durianpay", keys["production"], name="live", prefix="dp_live_"
        )
    return Shop(client, engine, merchant_id, keys)


async def started(shop: Shop, order: dict[str, Any], kind: str = "VA", **request: Any) -> dict[str, Any]:
    """The ``response`` of a charge that is accepted."""
    response = await shop.charge(order, kind, **request)
    assert response.status_code == 200, response.text
    return response.json()["data"]["response"]


async def fetched(shop: Shop, payment_id: str, query: str = "") -> dict[str, Any]:
    return (await shop.ask("GET", f"/v1/payments/{payment_id}{query}")).json()["data"]
