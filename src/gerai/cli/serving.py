"""One server in this process: the application, its HTTP server, and the signals that end it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import random
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Final, TypeVar

import httpx
import structlog
import typer
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp

from gerai.cli.terminal import fail
from gerai.doors.http.connections import ConnectionLimits, Connections
from gerai.doors.http.drain import Draining
from gerai.doors.http.head_limit import HeadLimit
from gerai.doors.http.hosts import TrustedProxies
from gerai.kit.hosts import is_loopback, reached_here
from gerai.kit.open_files import clients_within, raise_open_files_limit
from gerai.kit.supervise import GaveUp, Supervisor
from gerai.kit.tasks import end
from gerai.settings import ServerSettings

T = TypeVar("T")
_HEALTHY_WITHIN_S: Final = 30.0
#: Below those that Linux (from 32768) and others (from 49152) give to outgoing connections.
_QUIET_PORTS: Final = range(20_000, 32_000)
_TRIES: Final = 50
_LOOK_EVERY_S: Final = 0.05
_WATCH: Final = "connections"


def setting_shown(name: str) -> str:
    """What help shows as the default of an option behind which the setting ``server.<name>`` stands."""
    return f"setting server.{name}, else {getattr(ServerSettings(), name)}"


HostOption = Annotated[
    str | None,
    typer.Option(show_default=setting_shown("host"), help="Address to listen on (0.0.0.0: every interface)."),
]
PortOption = Annotated[
    int | None,
    typer.Option(min=0, max=65535, show_default=setting_shown("port"), help="TCP port; 0 picks a free one."),
]


def run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` on uvloop; the event it is given is set when somebody asks us to stop (Ctrl-C, SIGTERM, SIGHUP).

    Leaves with exit code 1 and the reason when a long-running task was given up.
    """

    async def until_done() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, stop.set)
        await main(stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(until_done())
        except GaveUp as reason:
            fail(str(reason))


def free_port(host: str, port: int, advice: str = "choose another with --port, or --port 0 for any free one") -> int:
    """``port``, or a free one for 0. Leaves with a clear message when it cannot be had."""
    try:
        # It is listened on later: one of those the system gives to outgoing connections could be gone by then.
        for candidate in random.sample(_QUIET_PORTS, _TRIES) if port == 0 else ():
            with contextlib.suppress(OSError):
                return _bound(host, candidate)
        return _bound(host, port)
    except socket.gaierror:
        fail(f"{host} is not an address of this machine", 2)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fail(f"port {port} on {host} is taken; {advice}", 2)
        fail(f"cannot listen on {host}:{port}: {error.strerror}", 2)


def _bound(host: str, port: int) -> int:
    """The port, once it was bound for a moment. OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(found[0], found[1]) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(found[4])
        return probe.getsockname()[1]


def connection_limits(server: ServerSettings, proxies: TrustedProxies) -> ConnectionLimits:
    """What this process can keep; fewer than the settings say where the system gives it too few descriptors."""
    descriptors = raise_open_files_limit()
    total = int(min(server.connections, clients_within(descriptors)))
    if total < server.connections:
        # Beyond it nothing could be opened any more: no client, no file, no connection to the database.
        structlog.get_logger("gerai").warning(
            "server.few_descriptors", limit=descriptors, connections=total, wanted=server.connections
        )
    per_address = 0 if is_loopback(server.host) else server.connections_per_address
    return ConnectionLimits(total, per_address, server.idle_timeout_s, proxies.trusts)


@asynccontextmanager
async def serving(
    app: ASGIApp, server: ServerSettings, proxies: TrustedProxies | None = None
) -> AsyncGenerator[Supervisor]:
    """The HTTP server, accepting, and the watch over its connections (docs/decisions/0016-connections.md). At the end
    it takes nothing new and finishes what it accepted, within ``shutdown_grace_s``."""
    draining = Draining(app)
    limits = connection_limits(server, proxies or TrustedProxies())
    connections = Connections(HeadLimit(draining, server.head_limit_bytes), limits)
    granian = Server(
        connections,
        address=server.host,
        port=server.port,
        interface=Interfaces.ASGINL,
        # With "auto" a connection that says nothing is never ended: the head's time limit begins with its first byte.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(server.idle_timeout_s * 1000), max_buffer_size=server.head_limit_bytes
        ),
        websockets=False,
        backlog=server.backlog,
        # Connections, not requests: as many as the backlog unless it is given, and nobody else is accepted meanwhile.
        backpressure=limits.total,
        log_enabled=False,
    )
    # Its own start-up notes would go to the terminal; what matters reaches our log.
    logging.getLogger("_granian").setLevel(logging.ERROR)
    task = asyncio.create_task(granian.serve(), name="gerai-http")
    if await _ended_first(task, server):
        fail(f"cannot listen on {server.host}:{server.port}: somebody else does by now; start again")
    watch = Supervisor(_WATCH)
    watch.start(_WATCH, partial(connections.watch, server.port))
    try:
        yield watch
    finally:
        granian.stop()
        await watch.stop()
        # They have no end of their own: each open page would hold the server until its grace time is over.
        draining.end_streams()
        done, _ = await asyncio.wait({task}, timeout=server.shutdown_grace_s)
        if not done:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _ended_first(task: asyncio.Task[None], server: ServerSettings) -> bool:
    """Waits until the server accepts; True when it ended instead."""
    accepts = asyncio.create_task(accepting(server.host, server.port))
    try:
        await asyncio.wait({task, accepts}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(accepts)
    # Asked for, or the interpreter prints it at the end.
    return task.done() and (task.cancelled() or task.exception() is not None)


async def accepting(host: str, port: int) -> None:
    """Waits until somebody accepts connections there; the server itself does not notify when it does."""
    while True:
        try:
            _, writer = await asyncio.open_connection(reached_here(host), port)
        except OSError:
            await asyncio.sleep(_LOOK_EVERY_S)
            continue
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return


async def unless(stop: asyncio.Event, act: Coroutine[Any, Any, T]) -> T | None:
    """The result of ``act``; None, and ``act`` is cancelled, when this process is asked to stop meanwhile."""
    acting, asked = asyncio.create_task(act), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({acting, asked}, return_when=asyncio.FIRST_COMPLETED)
        return acting.result() if acting.done() else None
    finally:
        asked.cancel()
        acting.cancel()
        await asyncio.gather(acting, asked, return_exceptions=True)


async def until_stopped(stop: asyncio.Event, *supervisors: Supervisor) -> None:
    """Wait until somebody asks this process to stop. Raises GaveUp as soon as a long-running task was given up."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, *(watch.gave_up for watch in supervisors))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*waits)
    for watch in supervisors:
        if watch.reason is not None:
            raise watch.reason


async def healthy(client: httpx.AsyncClient) -> None:
    """Wait until the server responds. Raises TimeoutError when it does not in time."""
    async with asyncio.timeout(_HEALTHY_WITHIN_S):
        while True:
            with contextlib.suppress(httpx.TransportError):
                # A file that needs no database: this asks only whether HTTP is up.
                if (await client.get("/docs/style.css")).status_code == 200:
                    return
            await asyncio.sleep(0.01)
