"""Clients of every door that keep asking while PostgreSQL is unable."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gerai.app import DIALECTS
from gerai.store.embedded import EmbeddedPostgres

#: A list of each door, read with the headers of its orders.
LISTS = {
    "cekceir": "/api/order", "durianpay": "/v1/orders", "leuwongrr": "/api/v1/me/orders", "scalev": "/v3/orders",
}  # fmt: skip
#: A link of the right form that leads nowhere; only the database knows that.
PAGE = "/i/" + "Nobody0knows0this0link0at0all000"
DEMOS = {dialect.name: dialect.demo for dialect in DIALECTS if dialect.demo is not None}
_numbers = itertools.count()


@dataclass
class Seen:
    """What the clients got: statuses by door and kind, and how long the slowest took."""

    writes: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    reads: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    slowest_s: float = 0.0
    without_retry_after: list[str] = field(default_factory=list[str])

    def total(self, kind: str, status: int) -> int:
        """How often this status came."""
        return sum(counts[status] for counts in getattr(self, kind).values())

    def statuses(self) -> set[int]:
        """Every status that came."""
        return {status for counts in (*self.writes.values(), *self.reads.values()) for status in counts}

    def note(self, kind: str, door: str, answer: httpx.Response, took_s: float) -> None:
        """One answer."""
        getattr(self, kind).setdefault(door, Counter())[answer.status_code] += 1
        self.slowest_s = max(self.slowest_s, took_s)
        if answer.status_code == 503 and not answer.headers.get("retry-after", "").isdigit():
            self.without_retry_after.append(f"{door}: {answer.text}")


async def order(client: httpx.AsyncClient, demo: dict[str, Any], door: str) -> httpx.Response:
    """A new order at a door."""
    wanted = DEMOS[door].order(demo[door], next(_numbers))
    return await client.request(wanted.method, wanted.path, json=wanted.body, headers=dict(wanted.headers))


async def read(client: httpx.AsyncClient, demo: dict[str, Any], door: str) -> httpx.Response:
    """A door's list of orders, or the page of a link that leads nowhere."""
    if door == "pay":
        return await client.get(PAGE)
    return await client.get(LISTS[door], headers=dict(DEMOS[door].order(demo[door], 0).headers))


async def ask_everywhere(
    client: httpx.AsyncClient, demo: dict[str, Any], seconds: float, *, writing: bool = True, clients: int = 2
) -> Seen:
    """Clients of all doors for so long, each with one request after the other."""
    seen, until_s = Seen(), time.monotonic() + seconds

    async def keep(kind: str, door: str) -> None:
        while time.monotonic() < until_s:
            began = time.monotonic()
            answer = await (order if kind == "writes" else read)(client, demo, door)
            seen.note(kind, door, answer, time.monotonic() - began)
            await asyncio.sleep(0.01)

    kinds = [("writes", door) for door in LISTS if writing] + [("reads", door) for door in (*LISTS, "pay")]
    await asyncio.gather(*(keep(kind, door) for kind, door in kinds * clients))
    return seen


@asynccontextmanager
async def stopped(server: EmbeddedPostgres) -> AsyncGenerator[None]:
    """The server is shut down (fast), and started again."""
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)
