"""When an idle connection is ended: not while a request of it may be on its way to the application."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from address_kit import HAS_IPV6
from gerai.doors.http.connections import ConnectionLimits, Connections
from gerai.kit.accepted import AcceptedConnections, silent_for_s

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the process's connections are looked up in /proc")


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("no request is made here")


async def _read_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that reads what comes, and hands nothing on."""
    while await reader.read(1024):
        pass
    writer.close()


async def _ended_after_s(port: int, *, sends_for_s: float) -> float:
    """How long a connection lasts whose client sends a byte ten times a second for so long, and waits."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    ended = asyncio.create_task(reader.read())
    while not ended.done() and time.monotonic() < began + sends_for_s:
        writer.write(b"x")
        await asyncio.wait({ended}, timeout=0.1)
    await asyncio.wait_for(ended, 20)
    writer.close()
    return time.monotonic() - began


async def test_who_sent_something_just_now_is_waited_for() -> None:
    """A silent connection is ended when its time is over (0.2 s and one more); one that sent until then a second after
    its last byte; one that never stops sending without asking anything five seconds late."""
    server = await asyncio.start_server(_read_all, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    watch = asyncio.create_task(Connections(_never, ConnectionLimits(100, 0, 0.2)).watch(port))
    try:
        silent, late, endless = await asyncio.gather(
            *(_ended_after_s(port, sends_for_s=seconds) for seconds in (0.0, 3.0, 30.0))
        )
    finally:
        watch.cancel()
        server.close()
    assert 1.1 <= silent < 3.5
    assert 3.7 <= late < 6.0
    assert 6.1 <= endless < 12


async def _lasts(host: str, spelled: str, port_as: Callable[[int], int | str], *, ended_first: bool = False) -> bool:
    """Whether a connection is there after two and a half seconds, whose request is under way all the time, when idle
    ones are to end after 0.2 s and one more. The scope has the client's host as it is ``spelled``, its port as
    ``port_as`` makes it. ``ended_first``: the application is done with an earlier request of it only meanwhile."""
    first, second = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await scope["until"].wait()

    server = await asyncio.start_server(_read_all, host, 0)
    port = server.sockets[0].getsockname()[1]
    connections = Connections(app, ConnectionLimits(100, 0, 0.2))
    watch = asyncio.create_task(connections.watch(port))
    reader, writer = await asyncio.open_connection(host, port)
    client = (spelled, port_as(writer.get_extra_info("sockname")[1]))
    requests = [
        asyncio.create_task(connections({"type": "http", "client": client, "until": until}, _nothing, _nowhere))
        for until in ([first, second] if ended_first else [second])
    ]
    await asyncio.sleep(0)
    first.set()
    ended = asyncio.create_task(reader.read())
    try:
        await asyncio.wait({ended}, timeout=2.5)
        lasted = not ended.done()
        second.set()
        await asyncio.gather(*requests)
        # What lasted did so for its request: without one, it is ended like any other.
        await asyncio.wait_for(ended, 20)
        return lasted
    finally:
        watch.cancel()
        writer.close()
        server.close()


async def _nothing() -> Message:
    raise AssertionError("nobody reads")


async def _nowhere(message: Message) -> None:
    raise AssertionError("nobody answers")


async def test_a_request_under_way_keeps_its_connection() -> None:
    """However the HTTP server writes its client down: the port as a number or, as Granian does, as text; an IPv4
    address as it is or dressed as IPv6; an IPv6 one. And while an earlier request of the same client is finished."""
    ipv6 = [_lasts("::1", "::1", str), _lasts("::1", "0:0:0:0:0:0:0:1", str)] if HAS_IPV6 else []
    lasted = await asyncio.gather(
        _lasts("127.0.0.1", "127.0.0.1", int),
        _lasts("127.0.0.1", "127.0.0.1", str),
        _lasts("127.0.0.1", "::ffff:127.0.0.1", str),
        _lasts("127.0.0.1", "127.0.0.1", str, ended_first=True),
        *ipv6,
    )
    assert lasted == [True] * (4 + len(ipv6))


async def test_a_client_without_a_port_is_served() -> None:
    """A request over something else than TCP, or of nobody at all, is passed on."""
    served: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        served.append(scope["client"])

    connections = Connections(app, ConnectionLimits(100, 0, 0.2))
    for client in (None, ("unix:", ""), ("/run/gerai.sock", None)):
        await connections({"type": "http", "client": client}, _nothing, _nowhere)
    assert served == [None, ("unix:", ""), ("/run/gerai.sock", None)]


async def test_the_kernel_knows_how_long_nothing_came() -> None:
    """Of each connection for itself; infinite of one that is gone."""
    server = await asyncio.start_server(_read_all, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x")
    await asyncio.sleep(0.6)
    [connection] = AcceptedConnections(port).look()
    before_s = silent_for_s(connection)
    writer.write(b"x")
    await asyncio.sleep(0.05)
    assert silent_for_s(connection) < 0.55 <= before_s < 30
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)
    assert silent_for_s(connection) == float("inf")
