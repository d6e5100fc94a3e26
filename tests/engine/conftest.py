"""A shop of its own for every engine test."""

from __future__ import annotations

import pytest_asyncio

from engine_kit import Shop, open_shop
from gerai.engine.core import Engine


@pytest_asyncio.fixture
async def shop(engine: Engine) -> Shop:
    """A production shop whose member has Rp100.000."""
    return await open_shop(engine, money_sen=100_000_00)
