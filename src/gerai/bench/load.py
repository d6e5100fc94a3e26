"""The load generator, a process of its own: keep-alive connections that each send the next request once answered.

Started by ``processes.py`` as ``python -m gerai.bench.load``. Reads JSON lines from standard input: first a
:class:`Target`, then one :class:`Round` at a time; writes one line :class:`LoadResult` for each round.
"""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter_ns
from typing import Any, Final

import msgspec
import uvloop

from gerai.bench.case import CaseStep
from gerai.bench.requests import Requests

_DRAIN_S: Final = 30.0
_NS: Final = 1_000_000_000
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"


class Target(msgspec.Struct):
    """Where to send what. ``callers``: the values of their ``Authorization``; ``run``: see ``StepRequests``."""

    host: str
    port: int
    connections: int
    steps: list[CaseStep]
    callers: list[str]
    members: int
    values: list[str]
    run: str


class Round(msgspec.Struct):
    """Load for ``warm_up_s + seconds``; only the latter is measured."""

    warm_up_s: float
    seconds: float


class LoadResult(msgspec.Struct):
    """``answered``: units whose last request was answered within the measured time; ``latencies_us`` of the requests
    sent in it. ``acknowledged``: all units, of warm-up and tail too. ``errors``: every other answer; its unit ends."""

    answered: int
    acknowledged: int
    errors: int
    first_error: str
    latencies_us: list[int]


class Load:
    """All connections of one target, and the figures of the round under way."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._requests = Requests(
            f"{target.host}:{target.port}", target.steps, target.callers, target.members, target.values, target.run
        )
        self._number = 0
        self._clients: list[Client] = []
        self._busy = 0
        self._measured_from = self._until = 0
        self._result = LoadResult(0, 0, 0, "", [])
        self._drained = asyncio.Event()

    async def _connect(self) -> None:
        """Open all connections anew: a server closes those that were idle for long, as they are between rounds."""
        self.close()
        loop = asyncio.get_running_loop()
        for _ in range(self._target.connections):
            _, client = await loop.create_connection(lambda: Client(self), self._target.host, self._target.port)
            self._clients.append(client)

    def close(self) -> None:
        """Close all connections; nothing may be under way."""
        for client in tuple(self._clients):
            client.close()
        self._clients = []

    async def run(self, wanted: Round) -> LoadResult:
        """One round, until the last unit has ended."""
        self._result = LoadResult(0, 0, 0, "", [])
        self._drained.clear()
        await self._connect()
        self._measured_from = perf_counter_ns() + int(wanted.warm_up_s * _NS)
        self._until = self._measured_from + int(wanted.seconds * _NS)
        for client in self._clients:
            self._begin(client)
        await asyncio.wait_for(self._drained.wait(), wanted.warm_up_s + wanted.seconds + _DRAIN_S)
        return self._result

    def _begin(self, client: Client) -> None:
        """Begin the next unit on this connection."""
        self._busy += 1
        self._number = n = self._number + 1
        client.begin(n, self._requests.marks(n))
        self._send(client)

    def _send(self, client: Client) -> None:
        client.send(self._requests.steps[client.step].request(client.number, client.marks))

    def answered(self, client: Client, status: bytes, answer: bytes, sent_at: int) -> None:
        """Count an answer; go on with the unit, or with the next one while the round lasts."""
        now = perf_counter_ns()
        result = self._result
        # By when it was sent: slow answers at the end must not drop out of the latencies.
        if self._measured_from <= sent_at < self._until:
            result.latencies_us.append((now - sent_at) // 1000)
        if fault := self._requests.steps[client.step].fault(status, answer, client.marks):
            self.failed(fault)
        elif client.step + 1 < len(self._requests.steps):
            # Also after the end: units that were begun are wholes.
            client.step += 1
            self._send(client)
            return
        else:
            result.acknowledged += 1
            result.answered += self._measured_from <= now < self._until
        self._busy -= 1
        if now < self._until:
            self._begin(client)
        elif self._busy == 0:
            self._drained.set()

    def failed(self, text: str) -> None:
        """Count an error and keep the first one's text."""
        self._result.errors += 1
        self._result.first_error = self._result.first_error or text[:2000]

    def lost(self, *, waiting: bool) -> None:
        """A connection broke; what it waited for is an error."""
        if waiting:
            self.failed("connection lost")
            self._busy -= 1
            if self._busy == 0:
                self._drained.set()


class Client(asyncio.Protocol):
    """One connection: one request at a time. ``number``, ``step`` and ``marks`` are of the unit under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._transport: Any = None
        self._buffer = b""
        self._missing = -1
        self._sent_at = 0
        self._waiting = False
        self.number = self.step = 0
        self.marks: dict[str, bytes] = {}

    def begin(self, number: int, marks: dict[str, bytes]) -> None:
        """A new unit, from its first step on."""
        self.number, self.step, self.marks = number, 0, marks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(waiting=self._waiting)

    def close(self) -> None:
        self._transport.close()

    def send(self, request: bytes) -> None:
        self._waiting = True
        self._sent_at = perf_counter_ns()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = buffer = self._buffer + data if self._buffer else data
        if self._missing < 0:
            end = buffer.find(_HEAD_END)
            if end < 0:
                return
            head = buffer[: end + 2].lower()
            at = head.find(_LENGTH) + len(_LENGTH)
            self._missing = end + 4 + int(head[at : head.index(b"\r\n", at)])
        if len(buffer) < self._missing:
            return
        self._buffer, self._missing, self._waiting = b"", -1, False
        self._load.answered(self, buffer[9:12], buffer, self._sent_at)


async def main() -> None:
    """Serve rounds until standard input ends."""
    loop = asyncio.get_running_loop()
    load = Load(msgspec.json.decode(sys.stdin.readline(), type=Target))
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        result = await load.run(msgspec.json.decode(line, type=Round))
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        sys.stdout.flush()
    load.close()


if __name__ == "__main__":
    uvloop.run(main())
