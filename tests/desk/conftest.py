"""A shop of its own, with its desk, for every test of the desk."""

from __future__ import annotations

import pytest_asyncio

from desk_kit import house_of, open_desk
from gerai.app import App
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def within(app: App) -> Within:
    """The desk of a new shop, in production."""
    return await open_desk(house_of(app))
