"""A shop of its own, with its desk, for every test of the desk."""

from __future__ import annotations

import pytest_asyncio
from sold_kit import sell_something

from desk_kit import house_of, open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def within(app: App) -> Within:
    """The desk of a new shop, in production."""
    return await open_desk(house_of(app))


@pytest_asyncio.fixture
async def sold(app: App) -> tuple[Within, Shop]:
    """A sandbox shop that sold something on two days."""
    return await sell_something(app)
