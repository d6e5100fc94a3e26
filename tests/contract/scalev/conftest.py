"""A merchant with the demo's storefront."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest_asyncio
from scalev_shop import Shop, open_shop

from gerai.app import App
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant

_numbers = itertools.count(1)


@pytest_asyncio.fixture
async def shop(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> Shop:
    """A merchant of this test's own."""
    return await open_shop(engine, merchant.merchant_id, client)


@pytest_asyncio.fixture(scope="module")
async def quiet_shop(app: App) -> AsyncGenerator[Shop]:
    """One merchant for all tests of a module that write nothing."""
    merchant_id = await open_merchant(app.engine, f"quiet{next(_numbers)}", "Toko Tenang", simulated=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gerai.test") as client:
        yield await open_shop(app.engine, merchant_id, client)


@pytest_asyncio.fixture
async def other_shop(engine: Engine, client: httpx.AsyncClient) -> Shop:
    """Another merchant with the same storefront."""
    merchant_id = await open_merchant(engine, f"other{next(_numbers)}", "Toko Lain", simulated=True)
    return await open_shop(engine, merchant_id, client)
