"""What happens in the shops whose desks are open in this process: one reader of the events for all open pages.

It reads only while a page listens. The place it has reached is a number before which no event can still appear, so a
page that names it misses nothing, in whichever process it listens next. A page that listens slowly gathers what
happened, up to a bound; beyond it, all that it learns is to look anew.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import structlog

from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.outage import refusal_behind
from gerai.engine.reports.roll_up import decided
from gerai.kit.clock import real_now
from gerai.store import events, people
from gerai.store.connection import Connection

log = structlog.get_logger("gerai.desk")
#: Counts what waits in a shop; what is counted is only compared.
Count = Callable[[int, Environment], Awaitable[object]]
_PLACED: Final = "order.placed"
#: Orders that one page remembers, and events of one shop that are read at once.
_MOST: Final = 200
_DECIDED_WITHIN_S: Final = 1.0
#: One failure may be a moment's; a database that is away fails again.
_AWAY_AFTER: Final = 2
_FIRST_LOOK_S: Final = 5.0


@dataclass(frozen=True)
class FeedTimes:
    """Seconds between two looks at the events, at the sessions of those who listen, and at what waits."""

    events_s: float = 0.5
    sessions_s: float = 2.0
    waiting_s: float = 10.0


@dataclass
class News:
    """What a page has to know. ``place``: the event up to which it knows all then; ``orders``: that something happened
    to; ``placed``: how many of them are new; ``waiting``: other things wait, or more; ``anew``: more happened than is
    remembered."""

    place: int = 0
    orders: set[int] = field(default_factory=set[int])
    placed: int = 0
    waiting: bool = False
    anew: bool = False

    @property
    def any(self) -> bool:
        return bool(self.orders) or self.waiting or self.anew


@dataclass(eq=False)
class DeskListener:
    """An open page of somebody whose session has this ``digest`` and who has this ``role`` in the shop. ``counts``: it
    shows what waits. ``bell`` rings when there are news, when the database is ``away`` or back, and when the listener
    is ``over``: ``ended`` (the session, or the role in the shop) or ``changed`` (the role)."""

    merchant_id: int
    environment: Environment
    digest: bytes
    role: str
    counts: bool = False
    news: News = field(default_factory=News)
    away: bool = False
    over: str = ""
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> News:
        """The news so far; from then on there are none."""
        taken, self.news = self.news, News(self.news.place)
        self.bell.clear()
        return taken

    def happened(self, found: list[events.NewsEvent], place: int) -> None:
        """Note what happened, and ring."""
        news, mine = self.news, [e for e in found if self._is_mine(e)]
        news.place = max(news.place, place)
        news.orders |= {event.order_id for event in mine if event.order_id is not None}
        news.placed += sum(event.name == _PLACED for event in mine)
        news.waiting = news.waiting or bool(mine)
        if len(news.orders) > _MOST or len(found) >= _MOST:
            news.anew, news.orders, news.placed = True, set(), 0
        if news.any:
            self.bell.set()

    def _is_mine(self, event: events.NewsEvent) -> bool:
        return (event.merchant_id, event.environment) == (self.merchant_id, self.environment)


class DeskFeed:
    """All open pages of this process. ``count`` counts what waits."""

    def __init__(self, engine: Engine, count: Count, times: FeedTimes | None = None) -> None:
        self._engine, self._count, self._times = engine, count, times or FeedTimes()
        self._listeners: set[DeskListener] = set()
        self._reader: asyncio.Task[None] | None = None
        #: Up to which event everybody knows all; None: nobody reads.
        self.place: int | None = None
        self._begun = asyncio.Event()
        self._failures = 0
        self._sessions_s = self._waiting_s = 0.0
        self._counted: dict[tuple[int, Environment], object] = {}

    @asynccontextmanager
    async def listening(self, listener: DeskListener, after_id: int | None) -> AsyncGenerator[None]:
        """In this block the listener gets the news of its shop, from behind this event on; None: it does not know what
        it has seen, and looks anew."""
        self._listeners.add(listener)
        if self._reader is None:
            self._reader = asyncio.create_task(self._read(), name="gerai-desk-feed")
        try:
            await self._catch_up(listener, after_id)
            yield
        finally:
            self._listeners.discard(listener)

    async def _catch_up(self, listener: DeskListener, after_id: int | None) -> None:
        try:
            await asyncio.wait_for(self._begun.wait(), _FIRST_LOOK_S)
        except TimeoutError:
            after_id = None
        place = self.place
        listener.news.place = max(listener.news.place, place or 0)
        if after_id is None or place is None:
            listener.news.anew = True
            listener.bell.set()
        elif after_id < place:
            async with self._engine.connection() as connection:
                found = await events.news(connection, [listener.merchant_id], after_id, place, _MOST)
            listener.happened(found, place)

    async def _read(self) -> None:
        try:
            while self._listeners:
                try:
                    await self._look()
                except Exception as error:
                    self._failed(error)
                else:
                    self._failures = 0
                    self._tell_away(away=False)
                await asyncio.sleep(self._times.events_s)
        finally:
            # Nothing awaits between the last check of the listeners and here, so no new one is left behind.
            self._reader = self.place = None
            self._begun.clear()
            self._counted.clear()

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if refusal_behind(error) is None:
            log.error("desk.feed_broken", exc_info=error)
        if self._failures == _AWAY_AFTER:
            log.warning("desk.feed_away", error=type(error).__name__)
        if self._failures >= _AWAY_AFTER:
            self._tell_away(away=True)

    def _tell_away(self, *, away: bool) -> None:
        for listener in self._listeners:
            if listener.away != away:
                listener.away = away
                listener.bell.set()

    async def _look(self) -> None:
        async with self._engine.connection() as connection:
            await self._look_at_events(connection)
            if monotonic() - self._sessions_s > self._times.sessions_s:
                await self._look_at_sessions(connection)
                self._sessions_s = monotonic()
        self._begun.set()
        if monotonic() - self._waiting_s > self._times.waiting_s:
            await self._look_at_waiting()
            self._waiting_s = monotonic()

    async def _look_at_events(self, connection: Connection) -> None:
        reached = await decided(connection, _DECIDED_WITHIN_S)
        if reached is None or reached == self.place:
            return
        before, self.place = self.place, reached
        if before is None:
            return
        of_shop: dict[int, set[DeskListener]] = defaultdict(set)
        for listener in self._listeners:
            of_shop[listener.merchant_id].add(listener)
        try:
            found = await events.news(connection, sorted(of_shop), before, reached, _MOST)
        except BaseException:
            self.place = before
            raise
        for merchant_id, listeners in of_shop.items():
            mine = [event for event in found if event.merchant_id == merchant_id]
            for listener in listeners:
                listener.happened(mine, reached)

    async def _look_at_sessions(self, connection: Connection) -> None:
        listeners = [*self._listeners]
        desks = sorted({(one.digest, one.merchant_id) for one in listeners})
        found = await people.still_in(connection, desks, real_now())
        for one in listeners:
            role = found.get((one.digest, one.merchant_id))
            if role != one.role:
                one.over = "ended" if role is None else "changed"
                one.bell.set()

    async def _look_at_waiting(self) -> None:
        """What waits may change without an event: a proof is sent, stock runs low, an endpoint fails."""
        shops: set[tuple[int, Environment]] = {(o.merchant_id, o.environment) for o in self._listeners if o.counts}
        before, self._counted = self._counted, {}
        for shop in shops:
            now = self._counted[shop] = await self._count(*shop)
            if before.get(shop, now) == now:
                continue
            for one in self._listeners:
                if one.counts and (one.merchant_id, one.environment) == shop:
                    one.news.waiting = True
                    one.bell.set()
