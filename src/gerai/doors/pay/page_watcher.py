"""Watches what all live pages of a process show, with one question per kind to the database per second and merchant."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import structlog

from gerai.engine.core import Engine
from gerai.engine.outage import refusal_behind
from gerai.settings import PageSettings

#: Reads a page anew: its version, and whether nothing about it will change any more.
Look = Callable[[], Awaitable[tuple[str, bool]]]
log = structlog.get_logger("gerai.pages")


@dataclass(eq=False)
class Watch:
    """One open page of an order or a deposit, at a client's ``address``. ``bell`` rings when it stands otherwise than
    ``seen``: an order's newest event, how a deposit stands (its events belong to no order, and no state of it ever
    comes back)."""

    merchant_id: int
    thing_id: int
    kind: Literal["order", "deposit"] = "order"
    seen: int | str = 0
    address: str = ""
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def thing(self) -> tuple[int, str, int]:
        """What is shown, the same for all pages of it."""
        return self.merchant_id, self.kind, self.thing_id


class PageWatcher:
    """All open pages of a process, by the engine they read from. It polls only while somebody watches."""

    def __init__(self) -> None:
        self._watches: dict[Engine, set[Watch]] = defaultdict(set)
        self._tasks: dict[Engine, asyncio.Task[None]] = {}
        #: Pages that found no place.
        self.refused = 0
        self._looks: dict[tuple[Engine, int, str, int, int | str], asyncio.Task[tuple[str, bool]]] = {}

    def pages(self, engine: Engine) -> int:
        """How many pages are open."""
        # Asked of engines that serve no page, too.
        return len(self._watches.get(engine, ()))

    def has_place(self, engine: Engine, watch: Watch, limits: PageSettings) -> bool:
        """Whether one more page may be open: of all, of this order or deposit, of this address."""
        if self.pages(engine) >= limits.streams_limit:
            return False
        open_now = self._watches[engine]
        same_link = sum(other.thing == watch.thing for other in open_now)
        same_address = sum(other.address == watch.address for other in open_now)
        return same_link < limits.streams_per_link and same_address < limits.streams_per_address

    async def look(self, engine: Engine, watch: Watch, look: Look) -> tuple[str, bool]:
        """What ``look`` returns; pages of one thing that were rung for at once look once, together."""
        key = (engine, *watch.thing, watch.seen)
        task = self._looks.get(key)
        if task is None:
            # A task of its own: the page that happened to be first may be closed meanwhile.
            task = self._looks[key] = asyncio.ensure_future(look())
            task.add_done_callback(lambda done: self._looked(key, done))
        return await asyncio.shield(task)

    def _looked(self, key: tuple[Engine, int, str, int, int | str], done: asyncio.Task[tuple[str, bool]]) -> None:
        del self._looks[key]
        if not done.cancelled():
            # Whoever waits has it raised; where nobody does any more, it is of no interest.
            done.exception()

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
                except Exception as error:
                    # Whatever it was: the pages that are open have nobody else to look for them.
                    _note(error)
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


def _note(error: Exception) -> None:
    if refusal_behind(error) is not None:
        log.warning("page_watcher.database", error=type(error).__name__)
    else:
        log.error("page_watcher.broken", exc_info=error)


async def _events(engine: Engine, merchant_id: int, watches: set[Watch]) -> Mapping[int, int | str]:
    """The newest event of each order that has one beyond what any of its pages has seen."""
    # An order's events are numbered in the order they were committed in: its row is locked meanwhile.
    seen = min(int(watch.seen) for watch in watches)
    found = await engine.events.of_orders(merchant_id, sorted({watch.thing_id for watch in watches}), seen)
    return {entry.order_id: entry.event_id for entry in found}


async def _statuses(engine: Engine, merchant_id: int, watches: set[Watch]) -> Mapping[int, int | str]:
    """How each deposit stands."""
    found = await engine.deposits.statuses(merchant_id, sorted({watch.thing_id for watch in watches}))
    return {deposit_id: deposit_seen(status, shown=shown) for deposit_id, (status, shown) in found.items()}


def deposit_seen(status: str, *, shown: bool) -> str:
    """How a deposit stands, as a page has seen it. ``shown``: with the way to pay that its gateway gave."""
    return f"{status}, shown" if shown else status
