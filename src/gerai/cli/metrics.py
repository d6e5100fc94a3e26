"""Where the metrics are served beside the public server, and the token that `gerai up` makes for them."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import structlog
from starlette.types import ASGIApp

from gerai.cli.serving import free_port, serving
from gerai.cli.terminal import fail
from gerai.kit.files import kept_or_made
from gerai.kit.hosts import is_loopback
from gerai.settings import ServerSettings, Settings

#: In a data folder.
TOKEN_FILE: Final = "metrics.token"  # noqa: S105 - the file's name
_BACKLOG: Final = 16
_CONNECTIONS: Final = 64
_GRACE_S: Final = 1.0


def kept_token(file: Path) -> str:
    """The token in this file of a data folder (0600); made at the first start, by one of several that start at once."""
    return kept_or_made(file, lambda: secrets.token_urlsafe(32))


@contextmanager
def holding_metrics_address(settings: Settings) -> Generator[None]:
    """Make sure that metrics.listen, when it is set, is free and not open to others by accident, and keep it.

    Our servers share their port; held from here on, it is shared by those of this command only, from the first moment.
    """
    if not settings.metrics.listen:
        yield
        return
    host, port = _address(settings.metrics.listen)
    if not (is_loopback(host) or settings.metrics.token):
        fail(f"metrics.listen {host} can be reached from elsewhere: set metrics.token too", 2)
    free_port(host, port, advice="choose another in metrics.listen; each `serve`, `work` and `up` needs its own")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(found[0], found[1]) as held:
        # Bound and never listening: no connection arrives here, but no other command can share the port by accident.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(found[4])
        yield


@asynccontextmanager
async def serving_metrics(settings: Settings, scrape: ASGIApp) -> AsyncGenerator[None]:
    """The metrics' own address, when there is one."""
    if not settings.metrics.listen:
        yield
        return
    host, port = _address(settings.metrics.listen)
    server = ServerSettings(host=host, port=port, backlog=_BACKLOG, shutdown_grace_s=_GRACE_S, connections=_CONNECTIONS)
    async with serving(scrape, server):
        structlog.get_logger("gerai").info("metrics.listening", host=host, port=port)
        yield


def _address(text: str) -> tuple[str, int]:
    """``127.0.0.1:9464``, ``[::1]:9464``. Leaves with a clear message when it is none."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and port.isascii() and port.isdecimal() and 0 < int(port) < 1 << 16):
        fail(f"metrics.listen: {text!r} is not host:port, such as 127.0.0.1:9464", 2)
    return host, int(port)
