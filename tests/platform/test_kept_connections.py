"""Connections that are in use: no time limit for idle ones and no full server ends them, in the real HTTP server."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest
from connection_kit import PATH, key_header
from serve_kit import Starter, event_of

from address_kit import HAS_IPV6
from fork_server import Forked
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.core import Engine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the process's connections are looked up in /proc")
_IDLE_S = 1.5
#: A connection that sends all the time but is taken for one without a request is ended after the idle time, one second,
#: and five more for what may be on its way.
_ASKS_FOR_S = _IDLE_S + 1 + 5 + 1.5
_ASKS_EVERY_S = 0.2
#: One that sends nothing goes earlier: after the idle time, one second, and half a second until somebody looks.
_UNDER_WAY_S = _IDLE_S + 4
_STREAM_S = 6


class KeptOpen:
    """One connection to the server, for one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, host: str, port: int) -> KeptOpen:
        """A new one."""
        return cls(*await asyncio.open_connection(host, port))

    def send(self, text: str) -> None:
        """Part of a request."""
        self._writer.write(text.encode())

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer. IncompleteReadError, ConnectionError: the server ended the connection."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").splitlines()[1:] if line)
        return int(head.split()[1]), await self._reader.readexactly(int(fields["content-length"]))

    async def ask(self) -> int:
        """The status of a whole request."""
        self.send("GET /docs/style.css HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return (await self.answer())[0]

    async def order(self, key: str, pause_s: float = 0.0) -> tuple[int, bytes]:
        """The answer to an order whose body arrives in two halves, with a pause between."""
        fields = {name: value for name, value in ORDER.items() if name != "expiry_date"}
        body = json.dumps(fields)
        self.send(f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{key}Content-Length: {len(body)}\r\n\r\n{body[:20]}")
        await asyncio.sleep(pause_s)
        self.send(body[20:])
        return await self.answer()

    async def rest(self) -> bytes:
        """Everything until the server ends the connection."""
        try:
            async with asyncio.timeout(60):
                return await self._reader.read()
        finally:
            self.close()

    def close(self) -> None:
        self._writer.transport.abort()


def serve(start: Starter, folder: Path, text: str) -> tuple[Forked, int]:
    """A server with these settings, and its port."""
    file = folder / "gerai.toml"
    file.write_text(text, encoding="utf-8")
    server = start("serve", "--port", "0", "--settings", str(file))
    return server, event_of(server, "server.listening")["port"]


async def asking(host: str, port: int) -> set[int]:
    """The statuses of one request after the other, over one connection."""
    connection, until, statuses = await KeptOpen.to(host, port), time.monotonic() + _ASKS_FOR_S, set[int]()
    while time.monotonic() < until:
        statuses.add(await connection.ask())
        await asyncio.sleep(_ASKS_EVERY_S)
    connection.close()
    return statuses


async def slow_order(port: int, key: str) -> int:
    """The status of an order whose body is longer under way than a connection may be idle."""
    connection = await KeptOpen.to("127.0.0.1", port)
    status, _ = await connection.order(key, _UNDER_WAY_S)
    connection.close()
    return status


async def stream_of(port: int, key: str) -> tuple[bytes, float]:
    """The live stream of a new order's page, whole, and how long it lasted."""
    connection = await KeptOpen.to("127.0.0.1", port)
    _, placed = await connection.order(key)
    secret = json.loads(placed)["data"]["access_token"]
    began = time.monotonic()
    connection.send(f"GET /i/{secret}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return await connection.rest(), time.monotonic() - began


async def idle_after_requests(port: int) -> float:
    """How long a connection stays that was used for longer than it may be idle, after its last answer."""
    connection, until = await KeptOpen.to("127.0.0.1", port), time.monotonic() + _IDLE_S + 1
    while time.monotonic() < until:
        assert await connection.ask() == 200
        await asyncio.sleep(_ASKS_EVERY_S)
    assert await connection.ask() == 200
    began = time.monotonic()
    assert await connection.rest() == b""
    return time.monotonic() - began


async def test_a_connection_in_use_stays(start: Starter, engine: Engine, tmp_path: Path) -> None:
    """With 1.5 s for idle connections: one that asks five times a second is there after nine, over IPv6 as well; an
    order whose body takes longer is answered; a live stream lasts as long as it is to, and has its proper end; and a
    connection that was used for a while is ended once it has been idle for that time, no earlier."""
    key = await key_header(engine)
    host = "::" if HAS_IPV6 else "0.0.0.0"
    text = f'[server]\nhost = "{host}"\nidle_timeout_s = {_IDLE_S}\n[pages]\nstream_seconds = {_STREAM_S}\n'
    _, port = serve(start, tmp_path, text)

    of_ipv4, of_other, order, (stream, lasted_s), idle_s = await asyncio.gather(
        asking("127.0.0.1", port),
        asking("::1" if HAS_IPV6 else "127.0.0.2", port),
        slow_order(port, key),
        stream_of(port, key),
        idle_after_requests(port),
    )

    assert (of_ipv4, of_other) == ({200}, {200})
    assert order == 200
    assert lasted_s >= _STREAM_S - 0.2
    assert stream.startswith(b"HTTP/1.1 200 ")
    assert b"event: version" in stream
    assert stream.endswith(b"0\r\n\r\n")
    assert _IDLE_S - 0.2 <= idle_s < _IDLE_S + 6


async def test_a_full_server_answers_what_it_has_taken(start: Starter, engine: Engine, tmp_path: Path) -> None:
    """Twenty places: of five orders under way and fifteen silent connections that come later, idle ones go, and each
    order is answered."""
    key = await key_header(engine)
    server, port = serve(start, tmp_path, "[server]\nconnections = 20\n")

    orders = [asyncio.create_task(slow_order(port, key)) for _ in range(5)]
    await asyncio.sleep(1)
    silent = [await KeptOpen.to("127.0.0.1", port) for _ in range(15)]

    assert await asyncio.gather(*orders) == [200] * 5
    cut = event_of(server, "connections.cut")
    assert cut["reasons"].keys() == {"full"}
    assert 1 <= cut["reasons"]["full"] <= 10
    for connection in silent:
        connection.close()


async def test_clients_between_two_requests_keep_theirs(start: Starter, engine: Engine, tmp_path: Path) -> None:
    """Twenty places, five clients that order again and again over one connection each, and two dozen silent newcomers
    every second for six: newcomers go, and each order is answered on the connection it came through."""
    key = await key_header(engine)
    server, port = serve(start, tmp_path, "[server]\nconnections = 20\n")
    until = time.monotonic() + 6

    async def ordering() -> set[int]:
        connection, statuses = await KeptOpen.to("127.0.0.1", port), set[int]()
        while time.monotonic() < until:
            statuses.add((await connection.order(key))[0])
            await asyncio.sleep(0.05)
        connection.close()
        return statuses

    clients = [asyncio.create_task(ordering()) for _ in range(5)]
    silent: list[KeptOpen] = []
    while time.monotonic() < until:
        silent += [await KeptOpen.to("127.0.0.1", port) for _ in range(24)]
        await asyncio.sleep(1)

    assert await asyncio.gather(*clients) == [{200}] * 5
    assert event_of(server, "connections.cut")["reasons"]["full"] >= 5
    for connection in silent:
        connection.close()
