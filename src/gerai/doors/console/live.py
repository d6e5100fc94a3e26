"""The news of a desk as a stream (text/event-stream): which orders something happened to, and when to look anew.

It carries no more than numbers of orders: what is shown of them is on the page, which is fetched again by whoever may
see it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog
from starlette.responses import Response, StreamingResponse

from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.domain.refusals import Busy
from gerai.doors.console.who import AtDesk, desk_of, visitor_of
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.uploads import UploadPlaces
from gerai.engine.desk.feed import DeskFeed, DeskListener, FeedTimes
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.registry import views
from gerai.engine.directory_entries import token_digest
from gerai.engine.outage import refusal_behind

log = structlog.get_logger("gerai.console")
#: Browsers come back after this long when a stream ends, and up to twice as long: not all of them at once.
_RETRY_MS: Final = 3_000
#: And after this long where no place was left.
_FULL_RETRY_MS: Final = 30_000
_DIGITS: Final = 18


@dataclass(frozen=True)
class LiveLimits:
    """Streams of this process and of one person in it, how long one lasts, and how often a quiet one shows that it
    lives."""

    at_once: int = 500
    of_person: int = 12
    lasts_s: float = 900.0
    beat_s: float = 15.0
    times: FeedTimes = field(default_factory=FeedTimes)


class LiveDesk:
    """The streams of this process."""

    def __init__(self, house: House, limits: LiveLimits | None = None) -> None:
        self._limits = limits = limits or LiveLimits()
        self._places = UploadPlaces(limits.at_once, {"person": limits.of_person}, _FULL_RETRY_MS // 1000)

        async def count(merchant_id: int, environment: Environment) -> object:
            view = views()["waiting.counts"]
            within = Within(house, merchant_id, environment, frozenset(PERMISSIONS))
            return (await view.run(within, view.filter())).rows

        self._feed = DeskFeed(house.engine, count, limits.times)

    @property
    def place(self) -> int | None:
        """Up to which event a page that is read from now on shows all; None: nobody knows."""
        return self._feed.place

    async def page(self, ctx: RequestContext, house: House) -> Response:
        """The stream of one page, from behind the event that it names. Nobody is signed in: 204, after which browsers
        do not come back. Refuses NotFound and PermissionMissing."""
        visitor = await visitor_of(ctx, house, used=False)
        # nginx would hold the stream back until its buffer is full.
        headers = SAFETY | PRIVATE | {"x-accel-buffering": "no"}
        if visitor is None or visitor.who.person.must_change:
            return Response(None, 204, headers)
        desk = desk_of(ctx, house, visitor)
        desk.caller.require("orders:read")
        if ctx.method == "HEAD":
            return Response(None, 200, headers, media_type="text/event-stream")
        return StreamingResponse(self._stream(ctx, desk), 200, headers, media_type="text/event-stream")

    async def _stream(self, ctx: RequestContext, desk: AtDesk) -> AsyncGenerator[str]:
        with ExitStack() as kept:
            try:
                kept.enter_context(self._places.one(person=str(desk.visitor.who.person.person_id)))
            except Busy:
                yield f"retry: {_FULL_RETRY_MS}\n\n"
                return
            yield f"retry: {_RETRY_MS + secrets.randbelow(_RETRY_MS)}\n\n"
            try:
                async with aclosing(self._news(ctx, desk)) as news:
                    async for text in news:
                        yield text
            except Exception as error:
                # Too late for another status. A stream that ends well is one that browsers open again by themselves.
                _log_end(ctx, error)

    async def _news(self, ctx: RequestContext, desk: AtDesk) -> AsyncGenerator[str]:
        within, visitor = desk.within, desk.visitor
        listener = DeskListener(
            within.merchant_id, within.environment, token_digest(visitor.token),
            visitor.who.role_in(within.merchant_id) or "",
            counts=ctx.query.get("counts") == "1" and desk.may(views()["waiting.counts"].permission),
        )  # fmt: skip
        loop, away = asyncio.get_running_loop(), False
        until_s = loop.time() + self._limits.lasts_s
        async with self._feed.listening(listener, _place_named(ctx)):
            while (left_s := until_s - loop.time()) > 0:
                try:
                    await asyncio.wait_for(listener.bell.wait(), min(self._limits.beat_s, left_s))
                except TimeoutError:
                    # A comment of the protocol: proxies close what is silent for long.
                    yield ":\n\n"
                    continue
                news = listener.take()
                if listener.over:
                    if listener.over == "ended":
                        yield _event("over")
                    return
                if listener.away != away:
                    away = listener.away
                    yield _event("away" if away else "back")
                if news.anew:
                    yield _event("anew", news.place)
                elif news.any:
                    facts = {"orders": sorted(map(str, news.orders)), "placed": news.placed}
                    yield _event("news", news.place, facts)


def _event(name: str, place: int | None = None, facts: Any = None) -> str:
    """``place``: what a browser that comes back names, to get what follows."""
    number = "" if not place else f"id: {place}\n"
    return f"event: {name}\n{number}data: {msgspec.json.encode(facts or {}).decode()}\n\n"


def _place_named(ctx: RequestContext) -> int | None:
    """The event up to which the page knows all: what the stream named last, else what the page was made with."""
    named = ctx.headers.get("last-event-id") or ctx.query.get("after", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) <= _DIGITS else None


def _log_end(ctx: RequestContext, error: Exception) -> None:
    refusal = refusal_behind(error)
    if refusal is None:
        log.error("console.stream_broken", request_id=ctx.request_id, exc_info=error)
    else:
        log.info("console.stream_ended", request_id=ctx.request_id, code=refusal.code)
