"""Fixtures of the journeys in a real browser: the application on a socket, and Debian's chromium."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest_asyncio
from granian.constants import Interfaces
from granian.server.embed import Server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def base_url(app: Any) -> AsyncGenerator[str]:
    """The application on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            try:
                await client.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.stop()
    await serving
