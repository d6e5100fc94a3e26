"""A shop behind the doors of a server that has the toy gateway, and whoever asks there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest_asyncio

from app_kit import app_of, settings_of
from gateway_kit import KEY, METHODS, GatewayShop, ToyGateway
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.domain.records import Environment, GatewayContract
from gerai.engine.check import check
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.merchants.open import open_merchant
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import WebhookSettings
from gerai.worker.main import Worker

__all__ = ["RIGHT", "TOY", "Doors", "contract_of", "served", "shop"]

TOY = ToyGateway()
#: By which the toy proves its notices.
RIGHT = {"X-Toy": KEY}


@pytest_asyncio.fixture(scope="module")
async def served(own_dsn: str) -> AsyncGenerator[App]:
    """A server that has the toy beside its own gateways."""
    app = app_of(settings_of(own_dsn, webhooks=WebhookSettings(seal_key=new_key())))
    app.partners.gateways["toy"] = TOY
    async with app.running():
        yield app


class Doors(GatewayShop):
    """The shop, and who asks its doors."""

    app: App
    web: httpx.AsyncClient
    address: str

    async def work(self) -> None:
        """The worker, once."""
        await Worker(self.engine, self.app.partners, self.desk, self.app.settings, WEBHOOK_CONTRACTS).run_once()

    async def notices(self) -> list[tuple[Any, ...]]:
        """State, kept and fault of this merchant's notices."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT status, kept, fault FROM notices WHERE merchant_id = %s ORDER BY notice_id", (self.merchant_id,)
            )
            return await cursor.fetchall()

    def address_of(self, contract: GatewayContract) -> str:
        """Where the gateway of this contract reports."""
        return self.desk.opened(contract).notice_url.removeprefix("http://gerai.test")


async def contract_of(served: App, merchant_id: int, environment: Environment = "production") -> GatewayContract:
    """A contract with the toy."""
    sealer = SecretBox(served.settings.webhooks.seal_key)
    draft = draft_contract(
        served.engine, sealer, merchant_id, TOY, environment, {"secret_key": KEY}, ways=ways_of(TOY, METHODS),
        base_url="", by="t",
    )  # fmt: skip
    return await open_contract(served.engine, draft)


@pytest_asyncio.fixture
async def shop(served: App) -> AsyncGenerator[Doors]:
    """A shop whose payments the toy takes. Its books are right in the end."""
    engine = served.engine
    merchant_id = await open_merchant(engine, f"toy{engine.ids.next()}", "Toko Saya")
    contract = await contract_of(served, merchant_id)
    desk = served._desk  # pyright: ignore[reportPrivateUsage]
    found = Doors(engine, merchant_id, contract, desk, TOY)
    TOY.fails, TOY.made, TOY.hidden, TOY.prefix, TOY.lasts = None, True, False, "8808", None
    found.app, found.address = served, found.address_of(contract)
    transport = httpx.ASGITransport(app=served, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as web:
        found.web = web
        yield found
    assert await check(engine, merchant_id) == []
