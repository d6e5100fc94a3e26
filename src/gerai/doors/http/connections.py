"""Which connections may stay: bounds per client address and of all, and an end for those that wait for nothing.

The HTTP server ends a connection that sends no whole head in time, and nothing else
(docs/decisions/0016-connections.md).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from gerai.kit.accepted import AcceptedConnections, Connection, end_connection, silent_for_s
from gerai.kit.hosts import address_of, origin_of

log = structlog.get_logger("gerai.server")
_LOOK_EVERY_S: Final = 0.5
#: After something was cut: more may be waiting where nobody sees it, in the kernel.
_LOOK_AGAIN_S: Final = 0.1
#: The HTTP server is to be first where it has a limit of its own.
_LATER_S: Final = 1.0
#: Whoever sent something so recently has perhaps a request on its way to us. One who goes on sending without any is
#: waited for no longer than this.
_JUST_NOW_S: Final = 1.0
_PATIENCE_S: Final = 5.0
#: When so much of all places is taken, those idle longest are closed until so much is.
_FULL: Final = 0.9
_ROOMY: Final = 0.5
_LOG_EVERY_S: Final = 10.0


def nobody(_: str) -> bool:
    """No address is free of limits."""
    return False


@dataclass(frozen=True)
class ConnectionLimits:
    """``total``: of the process; ``per_address``: of one client, 0 for none; ``idle_s``: without a request;
    ``exempt``: addresses that have no limit of their own."""

    total: int
    per_address: int
    idle_s: float
    exempt: Callable[[str], bool] = nobody


class OpenConnection(NamedTuple):
    """A connection, whom it counts for, when it is to end (infinite while a request of it is under way), and when it
    was first seen, in seconds of the monotonic clock. ``asked``: a request of it was served."""

    connection: Connection
    origin: str
    due_at_s: float
    since_s: float
    asked: bool = False


@dataclass
class ConnectionCounts:
    """Of this process, for the metrics: clients' connections that are open, and those that were cut, by reason."""

    open: int = 0
    cut: Counter[str] = field(default_factory=Counter[str])


COUNTS: Final = ConnectionCounts()


class Connections:
    """``app``, and a watch over the connections its requests come through."""

    def __init__(self, app: ASGIApp, limits: ConnectionLimits) -> None:
        self._app = app
        self._limits = limits
        #: By client: infinite while a request of it is under way, afterwards when its connection is to end.
        self._due: dict[tuple[str, int], float] = {}
        #: How many there are: the next one may begin before the application is done with the one that it has answered.
        self._under_way: Counter[tuple[str, int]] = Counter()
        self._since: dict[Connection, float] = {}
        self._cut: Counter[tuple[str, str]] = Counter()
        self._logged_at_s = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = _peer(scope)
        if client is None:
            await self._app(scope, receive, send)
            return
        self._under_way[client] += 1
        self._due[client] = math.inf
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]
                # Not the loop's clock: asking for the running loop is a system call in Python 3.11.
                self._due[client] = time.monotonic() + self._limits.idle_s + _LATER_S

    async def watch(self, port: int) -> None:
        """Look after the connections to ``port``, for ever."""
        accepted = AcceptedConnections(port)
        while True:
            # System calls alone, many when there are many connections: not on the thread that serves them.
            found = await asyncio.to_thread(accepted.look)
            # A process may serve two addresses, the metrics' own beside the shop's.
            COUNTS.open += len(found) - len(self._since)
            now_s = time.monotonic()
            gone = surplus(self._standing(found, now_s), self._limits, now_s)
            for reason, standing in gone:
                # Of one whose requests were served, the next may be on its way in, or the last answer on its way out.
                if (reason == "overdue" or (reason == "full" and standing.asked)) and _may_ask(standing, now_s):
                    continue
                if end_connection(standing.connection):
                    self._cut[reason, standing.origin] += 1
                    COUNTS.cut[reason] += 1
            self._report(now_s)
            await asyncio.sleep(_LOOK_AGAIN_S if gone else _LOOK_EVERY_S)

    def _standing(self, found: list[Connection], now_s: float) -> list[OpenConnection]:
        """How each connection stands. Forgets those that are gone."""
        self._since = {connection: self._since.get(connection, now_s) for connection in found}
        # One address has several spellings (::ffff:10.0.0.1), and server and system may choose different ones.
        due = {(_plain(host), port): (host, port) for host, port in self._due}
        standing: list[OpenConnection] = []
        for connection, since_s in self._since.items():
            host, port = connection.client
            named = due.pop((_plain(host), port), None)
            first_s = since_s + self._limits.idle_s + _LATER_S
            due_at_s = first_s if named is None else self._due[named]
            if due_at_s < since_s:
                # Noted of another connection, which had the same port before.
                due_at_s = first_s
            asked = named is not None and due_at_s != first_s
            standing.append(OpenConnection(connection, origin_of(host), due_at_s, since_s, asked))
        for gone in due.values():
            # Younger than the look: its connection was not there yet.
            if self._due[gone] < now_s:
                del self._due[gone]
        return standing

    def _report(self, now_s: float) -> None:
        """Write down what was cut, a few times a minute at most."""
        if not self._cut or now_s < self._logged_at_s + _LOG_EVERY_S:
            return
        reasons = Counter[str]()
        for (reason, _), count in self._cut.items():
            reasons[reason] += count
        (_, origin), most = self._cut.most_common(1)[0]
        log.warning("connections.cut", reasons=dict(reasons), client=origin, of_client=most)
        self._cut.clear()
        self._logged_at_s = now_s


def surplus(
    standing: Iterable[OpenConnection], limits: ConnectionLimits, now_s: float
) -> list[tuple[str, OpenConnection]]:
    """What has to go, and why: ``overdue``, ``address`` (its client has too many), ``full`` (all are too many).

    First go those idle longest; where all are too many, before them those that never asked for anything. A request
    under way is cut only where its own client has too many of them, the newest first.
    """
    cut: list[tuple[str, OpenConnection]] = []
    left: list[OpenConnection] = []
    for one in sorted(standing, key=lambda s: (s.due_at_s, -s.since_s)):
        if one.due_at_s < now_s:
            cut.append(("overdue", one))
        else:
            left.append(one)
    if limits.per_address:
        too_many = Counter(one.origin for one in left)
        too_many.subtract(dict.fromkeys(too_many, limits.per_address))
        kept: list[OpenConnection] = []
        for one in left:
            if too_many[one.origin] > 0 and not limits.exempt(one.connection.client[0]):
                too_many[one.origin] -= 1
                cut.append(("address", one))
            else:
                kept.append(one)
        left = kept
    if len(left) > limits.total * _FULL:
        idle = sorted((one for one in left if one.due_at_s < math.inf), key=lambda one: one.asked)
        cut += [("full", one) for one in idle[: len(left) - int(limits.total * _ROOMY)]]
    return cut


def _may_ask(standing: OpenConnection, now_s: float) -> bool:
    """Whether a request of it may be with the HTTP server, and not with us yet."""
    return now_s < standing.due_at_s + _PATIENCE_S and silent_for_s(standing.connection) < _JUST_NOW_S


def _peer(scope: Scope) -> tuple[str, int] | None:
    """The other end of the request's connection, whomever a proxy there speaks for; None where it has no port."""
    client = scope.get("client")
    # Granian writes the port as text, the system counts: "36174" and 36174 are one client.
    return None if client is None or not client[1] else (client[0], int(client[1]))


def _plain(host: str) -> str:
    address = address_of(host)
    return host if address is None else str(address)
