"""One demo shop with all four doors for all tests of webhooks: their orders do not know each other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import pytest_asyncio
from webhook_kit import Shop

from gerai.demo.shop import open_demo
from gerai.engine.core import Engine


@pytest_asyncio.fixture(scope="session")
async def demo(engine: Engine) -> dict[str, Any]:
    """The sections of demo.json."""
    return await open_demo(engine)


@pytest.fixture
def cekceir(engine: Engine, client: httpx.AsyncClient, demo: dict[str, Any]) -> Shop:
    """Cek Ceir with a key of the first member."""
    facts = demo["cekceir"]
    return Shop(engine, client, "cekceir", facts, facts["api_key"], {"Authorization": f"Bearer {facts['api_key']}"})


@pytest.fixture
def durianpay(engine: Engine, client: httpx.AsyncClient, demo: dict[str, Any]) -> Shop:
    """Durianpay with its test key."""
    facts = demo["durianpay"]
    headers = {"Authorization": f"Basic {facts['test_basic']}"}
    return Shop(engine, client, "durianpay", facts, facts["test_key"], headers)


@pytest.fixture
def scalev(engine: Engine, client: httpx.AsyncClient, demo: dict[str, Any]) -> Shop:
    """Scalev with its secret key."""
    facts = demo["scalev"]
    return Shop(
        engine, client, "scalev", facts, facts["secret_key"], {"Authorization": f"Bearer {facts['secret_key']}"}
    )


@pytest.fixture
def leuwongrr(engine: Engine, client: httpx.AsyncClient, demo: dict[str, Any]) -> Shop:
    """LeuwongRR with a sandbox token."""
    facts = demo["leuwongrr"]
    token = facts["unlimited_sandbox_token"]
    return Shop(engine, client, "leuwongrr", facts, token, {"Authorization": f"Bearer {token}"})


@pytest.fixture
def shops(cekceir: Shop, durianpay: Shop, scalev: Shop, leuwongrr: Shop) -> dict[str, Shop]:
    """All of them, by door."""
    return {shop.door: shop for shop in (cekceir, durianpay, scalev, leuwongrr)}
