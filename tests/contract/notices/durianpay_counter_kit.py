"""Whoever charges orders at the Durianpay counter of a shop whose payments a gateway takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from gateway_doors_kit import Doors, contract_of

from gerai.domain.filters import Scope
from gerai.domain.records import Environment, OrderView, Payment
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.keys.manage import create_key
from gerai.kit.ids import base62

__all__ = ["Counter", "counter", "counter_of"]
_PREFIXES = {"production": "dp_live_", "sandbox": "dp_test_"}


@dataclass
class Counter:
    """A key of the shop."""

    doors: Doors
    key: str
    environment: Environment

    async def asks(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """One request, under this idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.doors.web.request(
            method, f"/v1{path}", json=body, headers=headers, auth=httpx.BasicAuth(self.key, "")
        )

    async def orders(self, **changes: Any) -> str:
        """A new order of Rp50.000, by its id."""
        body = {name: value for name, value in ORDER.items() if name not in {"expiry_date", "items"}}
        placed = await self.asks("POST", "/orders", body | {"amount": "50000.00"} | changes)
        assert placed.status_code == 200, placed.text
        return placed.json()["data"]["id"]

    async def charges(self, order_id: str, key: str = "", type: str = "VA", **changes: Any) -> httpx.Response:
        """A charge of it, by default with a virtual account of BCA."""
        request = {"order_id": order_id, "amount": "50000.00", "bank_code": "BCA", "name": "Jane"} | changes
        sandbox = request.pop("sandbox_options", None)
        body = {"type": type, "request": request, "sandbox_options": sandbox}
        return await self.asks("POST", "/payments/charge", body, key)

    async def view(self, order_id: str) -> OrderView:
        """The order through the engine."""
        scope = Scope(self.doors.merchant_id, self.environment, "durianpay")
        found = await self.doors.engine.orders.by_public_id(scope, order_id)
        assert found is not None
        return found

    async def payments(self, order_id: str) -> tuple[Payment, ...]:
        """Its payments."""
        return (await self.view(order_id)).payments


async def counter_of(doors: Doors, environment: Environment) -> Counter:
    """A new key for this environment."""
    prefix = _PREFIXES[environment]
    key = prefix + base62(40)
    await create_key(doors.engine, doors.merchant_id, environment, "durianpay", key, name="k", prefix=prefix)
    if environment == "sandbox":
        await contract_of(doors.app, doors.merchant_id, environment)
    return Counter(doors, key, environment)


@pytest_asyncio.fixture
async def counter(shop: Doors) -> Counter:
    return await counter_of(shop, "production")
