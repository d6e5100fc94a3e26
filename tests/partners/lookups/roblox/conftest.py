"""The fake Roblox, and the real client pointed at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from fake_roblox import FakeRoblox

from gerai.partners.lookups.roblox.client import HttpRoblox
from gerai.partners.lookups.roblox.settings import RobloxSettings


@pytest.fixture
async def fake() -> AsyncIterator[FakeRoblox]:
    """A fresh fake on a free port."""
    roblox = FakeRoblox()
    server = await asyncio.start_server(roblox.serve, "127.0.0.1", 0)
    roblox.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield roblox
    server.close()


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., HttpRoblox]]:
    """Makes clients with short waits, and closes them."""
    made: list[HttpRoblox] = []

    def make(url: str) -> HttpRoblox:
        made.append(HttpRoblox(RobloxSettings(url, url, url, 0.4), concurrency=4, backoff_s=0.01))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture
def roblox(fake: FakeRoblox, connect: Callable[..., HttpRoblox]) -> HttpRoblox:
    """The real client, pointed at the fake."""
    return connect(fake.url)
