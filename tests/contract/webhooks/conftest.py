"""One demo shop with all doors for all tests of a file of webhooks: their orders do not know each other."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
import pytest_asyncio
from webhook_kit import Shop

from gerai.app import DIALECTS
from gerai.demo.shop import open_demo
from gerai.doors.http.demo import Demo
from gerai.engine.core import Engine


@pytest_asyncio.fixture(scope="module")
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
def shops(engine: Engine, client: httpx.AsyncClient, demo: dict[str, Any]) -> dict[str, Shop]:
    """A shop at every door, asked as the dialect's demo client asks."""
    return {
        dialect.name: _shop(engine, client, dialect.name, dialect.demo, demo[dialect.name])
        for dialect in DIALECTS
        if dialect.demo is not None
    }


def _shop(engine: Engine, client: httpx.AsyncClient, door: str, of: Demo, section: dict[str, Any]) -> Shop:
    headers = dict(of.order(section, 0).headers)
    sent = " ".join(headers.values())
    if sent.startswith("Basic "):
        sent = base64.b64decode(sent.removeprefix("Basic ")).decode()
    [token] = [v for k, v in section.items() if k.endswith(("key", "token")) and v in sent]
    return Shop(engine, client, door, section, token, headers)
