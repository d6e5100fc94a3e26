"""Watches what all live pages of a process show, with one question per kind to the database per second and merchant."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import ConnectionLost

log = structlog.get_logger("gerai.pages")


@dataclass(eq=False)
class Watch:
    """One open page of an order or a deposit. ``bell`` rings when it stands otherwise than ``seen``: an order's newest
    event, a deposit's status (its events belong to no order, and no state of it ever comes back)."""

    merchant_id: int
    thing_id: int
    kind: Literal["order", "deposit"] = "order"
    seen: int | str = 0
    bell: asyncio.Event = field(default_factory=asyncio.Event)


class PageWatcher:
    """All open pages of a process, by the engine they read from. It polls only while somebody watches."""

    def __init__(self) -> None:
        self._watches: dict[Engine, set[Watch]] = defaultdict(set)
        self._tasks: dict[Engine, asyncio.Task[None]] = {}

    def pages(self, engine: Engine) -> int:
        """How many pages are open."""
        return len(self._watches[engine])

    @contextmanager
    def watch(self, engine: Engine, watch: Watch, interval_s: float) -> Generator[Watch]:
        """Watch an order or a deposit for the length of the block."""
        self._watches[engine].add(watch)
        # One poll for all pages, started by the first of them.
        if engine not in self._tasks:
            self._tasks[engine] = asyncio.create_task(self._poll(engine, interval_s), name="gerai-page-watcher")
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
                    log.warning("page_watcher.database", error=type(error).__name__)
        finally:
            # Nothing awaits between the last check of the watches and here, so no new page is left behind unwatched.
            del self._tasks[engine]
            if not self._watches[engine]:
                del self._watches[engine]

    async def _poll_once(self, engine: Engine) -> None:
        groups: dict[tuple[int, str], set[Watch]] = defaultdict(set)
        for watch in self._watches[engine]:
            groups[watch.merchant_id, watch.kind].add(watch)
        for (merchant_id, kind), watches in groups.items():
            newest = await (_events if kind == "order" else _statuses)(engine, merchant_id, watches)
            for watch in watches:
                if (now := newest.get(watch.thing_id, watch.seen)) != watch.seen:
                    watch.seen = now
                    watch.bell.set()


async def _events(engine: Engine, merchant_id: int, watches: set[Watch]) -> Mapping[int, int | str]:
    """The newest event of each order that has one beyond what any of its pages has seen."""
    # An order's events are numbered in the order they were committed in: its row is locked meanwhile.
    seen = min(int(watch.seen) for watch in watches)
    found = await engine.events.of_orders(merchant_id, sorted({watch.thing_id for watch in watches}), seen)
    return {entry.order_id: entry.event_id for entry in found}


async def _statuses(engine: Engine, merchant_id: int, watches: set[Watch]) -> Mapping[int, int | str]:
    """How each deposit stands."""
    return await engine.deposits.statuses(merchant_id, sorted({watch.thing_id for watch in watches}))
