"""A merchant of each test's own, with keys of the Durianpay door."""

from __future__ import annotations

import httpx
import pytest_asyncio
from durianpay_shop import Shop, open_shop

from gerai.engine.core import Engine


@pytest_asyncio.fixture
async def shop(client: httpx.AsyncClient, engine: Engine) -> Shop:
    """A fresh merchant that asks with its sandbox key."""
    return await open_shop(client, engine)
