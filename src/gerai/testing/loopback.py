"""An application of the test's own process, on a socket of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from granian.constants import Interfaces
from granian.server.embed import Server

_STARTS_WITHIN_S: Final = 60


@asynccontextmanager
async def served(app: Any, port: int = 0) -> AsyncGenerator[str]:
    """Its address. ``port``: 0 for a free one. It has ended at the end of the block."""
    port = port or _free_port()
    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGINL, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(_STARTS_WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        await serving


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
