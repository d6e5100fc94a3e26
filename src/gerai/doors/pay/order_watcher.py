"""Watches the orders of all live pages of a process, with one question to the database per second and merchant."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import ConnectionLost

log = structlog.get_logger("gerai.pages")


@dataclass(eq=False)
class Watch:
    """One open page. ``bell`` rings when its order has events beyond ``seen``."""

    merchant_id: int
    order_id: int
    seen: int = 0
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class OrderWatcher:
    """All open pages of a process, by the engine they read from. It polls only while somebody watches."""

    def __init__(self) -> None:
        self._watches: dict[Engine, set[Watch]] = defaultdict(set)
        self._tasks: dict[Engine, asyncio.Task[None]] = {}

    def pages(self, engine: Engine) -> int:
        """How many pages are open."""
        return len(self._watches[engine])

    @contextmanager
    def watch(self, engine: Engine, watch: Watch, interval_s: float) -> Generator[Watch]:
        """Watch an order for the length of the block."""
        self._watches[engine].add(watch)
        # One poll for all pages, started by the first of them.
        if engine not in self._tasks:
            self._tasks[engine] = asyncio.create_task(self._poll(engine, interval_s), name="gerai-order-watcher")
        try:
            yield watch
        finally:
            self._watches[engine].discard(watch)

    async def _poll(self, engine: Engine, interval_s: float) -> None:
        try:
            while self._watches[engine]:
                await asyncio.sleep(interval_s)
                try:
                    await self._poll_once(engine)
                except ConnectionLost as error:
                    log.warning("order_watcher.database", error=type(error).__name__)
        finally:
            # Nothing awaits between the last check of the watches and here, so no new page is left behind unwatched.
            del self._tasks[engine]
            if not self._watches[engine]:
                del self._watches[engine]

    async def _poll_once(self, engine: Engine) -> None:
        merchants: dict[int, set[Watch]] = defaultdict(set)
        for watch in self._watches[engine]:
            merchants[watch.merchant_id].add(watch)
        for merchant_id, watches in merchants.items():
            orders = sorted({watch.order_id for watch in watches})
            newest: dict[int, int] = {}
            # An order's events are numbered in the order they were committed in: its row is locked meanwhile.
            for entry in await engine.events.of_orders(merchant_id, orders, min(watch.seen for watch in watches)):
                newest[entry.order_id] = entry.event_id
            for watch in watches:
                if newest.get(watch.order_id, 0) > watch.seen:
                    watch.seen = newest[watch.order_id]
                    watch.bell.set()
