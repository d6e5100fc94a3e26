"""A shop with two members and their tokens, as the LeuwongRR door sees it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from engine_kit import read_once
from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.kit.ids import base62

_numbers = itertools.count(1)
ORDER: dict[str, Any] = {
    "order_type": "gamepass",
    "roblox_username": "LeuwongUser",
    "place_id": 123456789,
    "roblox_pass_id": 987654321,
    "payment_method": "invoice",
    "client_reference": "bot-order-001",
}


@dataclass(frozen=True)
class Shop:
    """A merchant that sells a Robux for Rp150, a member with Rp50.000 and tokens without a rate limit."""

    engine: Engine
    client: httpx.AsyncClient
    merchant_id: int
    member_id: int
    wallets: dict[str, int]
    discord: str
    sandbox: str
    production: str

    async def post(
        self, body: Any = None, *, token: str | None = None, headers: dict[str, str] | None = None, **changes: Any
    ) -> httpx.Response:
        """POST /me/orders with the example order, changed as told, on the sandbox token unless another is given."""
        sent = {"Authorization": f"Bearer {token or self.sandbox}", **(headers or {})}
        return await self.client.post(
            "/api/v1/me/orders", json=(ORDER | changes) if body is None else body, headers=sent
        )

    async def get(self, path: str, token: str | None = None) -> httpx.Response:
        """GET a path below /api/v1."""
        return await self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token or self.sandbox}"})

    async def pay(self, **changes: Any) -> httpx.Response:
        """An order paid from the balance."""
        return await self.post(
            token=self.production, headers={"X-Discord-User-ID": self.discord}, payment_method="balance", **changes
        )

    async def count(self, what: str) -> int:
        """How many rows the merchant has in a table."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                f"SELECT count(*) FROM {what} WHERE merchant_id = %s", (self.merchant_id,)
            )
            row = await cursor.fetchone()
            assert row is not None
            return row[0]

    async def new_token(self, environment: Environment = "sandbox", **facts: Any) -> str:
        """Another token, of this member unless told otherwise."""
        prefix = {"sandbox": "lrrs_v1_", "production": "lrrp_v1_"}[environment]
        token = prefix + base62(40)
        facts = {"name": "User API Token", "prefix": prefix, "member_id": self.member_id} | facts
        await create_key(self.engine, self.merchant_id, environment, "leuwongrr", token, **facts)
        return token


async def open_shop(engine: Engine, client: httpx.AsyncClient, **settings: Any) -> Shop:
    """A new shop; ``settings`` are the merchant's."""
    number = next(_numbers)
    merchant_id = await open_merchant(
        engine, f"leuwong{number}", "Toko Leuwong", {"robux_rate_sen": 15_000} | settings, simulated=True
    )
    discord = str(1262024148939440249 + number)
    async with read_once(engine):
        member_id, wallets = await add_member(
            engine,
            merchant_id,
            "leuwongrr",
            "m1",
            "LeuwongRR User",
            email="user@example.com",
            links={"discord": discord},
        )
        shop = Shop(engine, client, merchant_id, member_id, wallets, discord, "", "")
        tokens = {"sandbox": await shop.new_token("sandbox"), "production": await shop.new_token("production")}
    await engine.submit(
        ManualDeposit(
            merchant_id=merchant_id,
            environment="production",
            account_id=wallets["production"],
            amount_sen=50_000_00,
            note="opening",
        )
    )
    return Shop(engine, client, merchant_id, member_id, wallets, discord, **tokens)


@pytest_asyncio.fixture
async def shop(engine: Engine, client: httpx.AsyncClient) -> Shop:
    """A shop of this test's own."""
    return await open_shop(engine, client)


@pytest.fixture
def another_shop(engine: Engine, client: httpx.AsyncClient) -> Callable[..., Any]:
    """Opens further shops, with settings if wanted."""
    return lambda **settings: open_shop(engine, client, **settings)
