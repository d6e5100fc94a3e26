"""The live status: an event stream that names the page's version whenever it changes (text/event-stream)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

import structlog
from starlette.responses import Response, StreamingResponse

from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import page_state
from gerai.doors.pay.money_state import money_of
from gerai.doors.pay.page_watcher import Look, PageWatcher, Watch
from gerai.doors.pay.present import version
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.core import Engine
from gerai.engine.outage import refusal_behind
from gerai.kit.hosts import origin_of

log = structlog.get_logger("gerai.pages")

#: Browsers come back after this long when a connection ends, and up to twice as long: not all of them at once.
_RETRY_MS: Final = 3_000
#: And after this long where no place was left.
_FULL_RETRY_S: Final = 30
_WATCHER: Final = PageWatcher()


def live_pages(engine: Engine) -> tuple[int, int]:
    """Live pages of this process that are open, and those that were refused so far."""
    return _WATCHER.pages(engine), _WATCHER.refused


async def events(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The stream of an order's page."""
    order = opened.view.order

    async def look() -> tuple[str, bool]:
        engine = ctx.services.engine
        view = await engine.orders.as_now(order)
        state = page_state.page_state_of(view, replace(opened, view=view).details, opened.now(ctx))
        money = money_of(view)
        # Only its events say whether what went back was sent.
        if money.returned_sen:
            money = money_of(view, await engine.events.of_orders(order.merchant_id, [order.order_id]))
        return version(view, state), page_state.is_final(state, money)

    return stream(ctx, Watch(order.merchant_id, order.order_id), look)


def stream(ctx: RequestContext, watch: Watch, look: Look) -> Response:
    """The stream of one page: its version now and after every change, then ``end`` once nothing will change any more.

    503 with Retry-After when this process serves its limit of live pages, in all, of this link or of this client's
    address; the page works without.
    """
    engine, pages = ctx.services.engine, ctx.services.settings.pages
    headers = SAFETY | PRIVATE
    watch.address = origin_of(ctx.client_address)
    if not _WATCHER.has_place(engine, watch, pages):
        _WATCHER.refused += 1
        return Response(None, 503, headers | {"retry-after": str(_FULL_RETRY_S)})
    # nginx would hold the stream back until its buffer is full.
    headers = headers | {"x-accel-buffering": "no"}
    if ctx.method == "HEAD":
        return Response(None, 200, headers, media_type="text/event-stream")
    return StreamingResponse(_stream(ctx, watch, look), 200, headers, media_type="text/event-stream")


async def _stream(ctx: RequestContext, watch: Watch, look: Look) -> AsyncGenerator[str]:
    engine, pages = ctx.services.engine, ctx.services.settings.pages
    loop = asyncio.get_running_loop()
    until = loop.time() + pages.stream_seconds
    if not _WATCHER.has_place(engine, watch, pages):
        _WATCHER.refused += 1
        # Many asked at the same moment, and the places went to others before this one's stream began.
        yield f"retry: {_FULL_RETRY_S * 1000}\n\n"
        return
    # Nothing awaits between the look and the taking of the place.
    with _WATCHER.watch(engine, watch, pages.poll_interval_s):
        yield f"retry: {_RETRY_MS + secrets.randbelow(_RETRY_MS)}\n\n"
        told = ""
        while loop.time() < until:
            try:
                now, final = await _WATCHER.look(engine, watch, look)
            except Exception as error:
                # Too late for another status. A stream that ends well is one that browsers open again by themselves.
                _log_end(ctx, error)
                return
            if now != told:
                told = now
                yield f"event: version\ndata: {now}\n\n"
            if final:
                yield "event: end\ndata: \n\n"
                return
            while (left := until - loop.time()) > 0 and not watch.bell.is_set():
                try:
                    await asyncio.wait_for(watch.bell.wait(), min(pages.heartbeat_s, left))
                except TimeoutError:
                    # A comment of the protocol: proxies close what is silent for long.
                    yield ":\n\n"
            # Before the next look: what changes during that look rings again.
            watch.bell.clear()


def _log_end(ctx: RequestContext, error: Exception) -> None:
    """Why a stream ends early: a database that cannot for now, which the log has already, or a failure of ours."""
    refusal = refusal_behind(error)
    if refusal is None:
        log.error("page.stream_broken", request_id=ctx.request_id, exc_info=error)
    else:
        log.info("page.stream_ended", request_id=ctx.request_id, code=refusal.code)
