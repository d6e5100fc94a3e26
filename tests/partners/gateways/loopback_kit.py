"""What the tests of gateways share: an application on a socket of this machine, and one that only follows a script."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.testing.loopback import served as on_a_socket

__all__ = ["Script", "closed_port", "hasty", "header", "http", "on_a_socket"]


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Outgoing]:
    """The client that partners get, with little patience."""
    outgoing = Outgoing(Guard(allow_loopback=True), timeout_s=10.0)
    yield outgoing
    await outgoing.close()


@pytest_asyncio.fixture
async def hasty() -> AsyncIterator[Outgoing]:
    """One that waits for nothing that hangs."""
    outgoing = Outgoing(Guard(allow_loopback=True), timeout_s=0.8)
    yield outgoing
    await outgoing.close()


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def header(headers: dict[str, str]) -> Callable[[str], str]:
    """Of a request, as a door reads it."""
    return lambda name: {key.lower(): value for key, value in headers.items()}.get(name.lower(), "")


@dataclass
class Asked:
    """One request. Header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def exchange(self) -> dict[str, Any]:
        """As a golden exchange has it, without headers."""
        body = {"body": json.loads(self.body)} if self.body else {}
        query = {"query": self.query} if self.query else {}
        return {"method": self.method, "path": self.path, **query, **body}


@dataclass
class Script:
    """Remembers requests; each gets the next of ``answers`` (status, body), the last one for ever."""

    answers: list[tuple[int, bytes]]
    requests: list[Asked] = field(default_factory=list[Asked])

    def __post_init__(self) -> None:
        self._left: Iterator[tuple[int, bytes]] = iter(self.answers)
        self._last = (500, b"")
        self.app = Starlette(routes=[Route("/{path:path}", self._serve, methods=["GET", "POST", "PUT"])])

    async def _serve(self, request: Request) -> Response:
        if request.url.path == "/_there":
            return Response()
        body = await request.body()
        self.requests.append(
            Asked(request.method, request.url.path, dict(request.query_params), dict(request.headers), body)
        )
        self._last = next(self._left, self._last)
        status, answer = self._last
        return Response(answer, status, media_type="application/json")
