"""Clients that hold connections: half a request head, nothing at all, a body that trickles, many at once; and one that
is honest, whose longest wait says whether anybody was shut out.

Nothing here knows the server from inside; it may stand behind a proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

#: How many connections are opened at once: few, so that only the server keeps the honest client beside them waiting.
_OPENED_AT_ONCE: Final = 25
_OPEN_WITHIN_S: Final = 10.0
_ASK_EVERY_S: Final = 0.1
_TICK_S: Final = 0.05
#: More than the buffers between two processes of one machine hold.
_ASKED_AT_ONCE: Final = 20_000
_REST_WITHIN_S: Final = 3.0
#: Needs no database, and is limited for nobody.
_HONEST_PATH: Final = "/docs/style.css"
_WHOLE_REQUEST: Final = f"GET {_HONEST_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class ServerAddress:
    """Where to, and which address of this machine to come from (empty: any)."""

    host: str
    port: int
    source: str = ""

    async def open(self) -> Connection:
        """A new connection. OSError, TimeoutError."""
        own = (self.source, 0) if self.source else None
        async with asyncio.timeout(_OPEN_WITHIN_S):
            return await asyncio.open_connection(self.host, self.port, local_addr=own)


@dataclass
class Held:
    """What became of the connections of a breaker. ``longest_s``: how long the last one stayed that the server ended;
    ``statuses``: of the answers that came, by their number."""

    opened: int = 0
    refused: int = 0
    ended: int = 0
    longest_s: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter[int])


@dataclass
class Honest:
    """Requests of an honest client, each over a connection of its own. ``longest_s``: until its answer was there;
    ``own_delay_s``: how late this process itself was at most, which has the breakers to run, too."""

    asked: int = 0
    failed: int = 0
    longest_s: float = 0.0
    own_delay_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter[str])

    @property
    def kept_waiting_s(self) -> float:
        """The longest wait that is the server's."""
        return self.longest_s - self.own_delay_s


async def half_heads(target: ServerAddress, count: int, for_s: float) -> Held:
    """Connections whose request head never ends: a header more each second."""
    return await _hold(target, count, for_s, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-More: 1\r\n")


async def idle(target: ServerAddress, count: int, for_s: float) -> Held:
    """Connections that say nothing."""
    return await _hold(target, count, for_s, b"", b"")


async def kept_alive(target: ServerAddress, count: int, for_s: float) -> Held:
    """Connections that ask once, get their answer, and stay."""
    return await _hold(target, count, for_s, _WHOLE_REQUEST, b"")


async def slow_bodies(
    target: ServerAddress, count: int, for_s: float, path: str, headers: str = "", trickle: bytes = b" "
) -> Held:
    """Requests whose body arrives with ``trickle`` each second (empty: stops after its first byte). ``headers``:
    whole lines, a key's among them."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}"
    head += "Content-Type: application/json\r\nContent-Length: 20000\r\n\r\n{"
    return await _hold(target, count, for_s, head.encode(), trickle)


async def deaf(target: ServerAddress, count: int, for_s: float) -> Held:
    """Connections that ask for ever more and read none of it for ``for_s``; ended are those that nothing more comes
    through afterwards."""
    asking, held = _WHOLE_REQUEST * _ASKED_AT_ONCE, Held()

    async def one() -> None:
        reader, writer = await target.open()
        held.opened += 1
        writer.write(asking)
        await asyncio.sleep(for_s)
        try:
            async with asyncio.timeout(_REST_WITHIN_S):
                await _read_to_end(reader, held)
            held.ended += 1
        except TimeoutError:
            pass
        finally:
            writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))
    return held


async def _hold(target: ServerAddress, count: int, for_s: float, first: bytes, then: bytes) -> Held:
    """Open ``count`` connections, send ``first`` and each second ``then``, and hold them until the server ends them, at
    most ``for_s``."""
    held, doors, until = Held(), asyncio.Semaphore(_OPENED_AT_ONCE), time.monotonic() + for_s

    async def one() -> None:
        try:
            async with doors:
                reader, writer = await target.open()
        except (OSError, TimeoutError):
            held.refused += 1
            return
        held.opened += 1
        began = time.monotonic()
        writer.write(first)
        dripping = asyncio.create_task(_drip(writer, then)) if then else None
        try:
            async with asyncio.timeout(max(0.0, until - began)):
                await _read_to_end(reader, held)
            held.ended += 1
            held.longest_s = max(held.longest_s, time.monotonic() - began)
        except TimeoutError:
            pass
        finally:
            if dripping is not None:
                dripping.cancel()
            writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))
    return held


async def _drip(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while not writer.is_closing():
        await asyncio.sleep(1.0)
        writer.write(piece)


async def _read_to_end(reader: asyncio.StreamReader, held: Held) -> None:
    """Read until the server closes; counts the answer that came, if any."""
    # A reset ends a connection as well as a proper close does.
    with contextlib.suppress(ConnectionError):
        line = await reader.readline()
        if line.startswith(b"HTTP/"):
            held.statuses[int(line.split()[1])] += 1
        while await reader.read(65_536):
            pass


async def _ask(target: ServerAddress) -> int:
    """The status of one request over a new connection. OSError, TimeoutError, EOFError."""
    reader, writer = await target.open()
    try:
        writer.write(f"GET {_HONEST_PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(_OPEN_WITHIN_S):
            line = await reader.readuntil(b"\r\n")
        return int(line.split()[1])
    finally:
        writer.transport.abort()


@asynccontextmanager
async def honest_client(target: ServerAddress) -> AsyncGenerator[Honest]:
    """An honest client that asks ten times a second meanwhile. What it met is complete afterwards."""
    met, stop = Honest(), asyncio.Event()

    async def once() -> None:
        began = time.monotonic()
        try:
            status = await _ask(target)
        except (OSError, TimeoutError, EOFError) as error:
            met.faults[type(error).__name__] += 1
            status = 0
        met.asked += 1
        met.failed += status != 200
        met.longest_s = max(met.longest_s, time.monotonic() - began)

    async def go_on() -> None:
        while not stop.is_set():
            await once()
            await asyncio.sleep(_ASK_EVERY_S)

    async def notice_delay() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_TICK_S)
            met.own_delay_s = max(met.own_delay_s, time.monotonic() - began - _TICK_S)

    asking, ticking = asyncio.create_task(go_on()), asyncio.create_task(notice_delay())
    try:
        yield met
    finally:
        stop.set()
        await asking
        ticking.cancel()
