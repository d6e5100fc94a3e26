"""The hosted pages' routes: every way to address an order carries the same page and the same acts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog
from starlette.responses import Response

from gerai.domain.refusals import Broken, Kind
from gerai.doors.http.assets import FOR_GOOD
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import DepositCode, Dialect, Endpoint, Route
from gerai.doors.http.page_details import ReadPageDetails, no_page_details
from gerai.doors.pay import (
    actions,
    answers,
    article,
    deposit_change,
    deposit_page,
    draw,
    handed,
    live,
    order_page,
    upload,
)
from gerai.doors.pay.assets import DIGEST, asset_named
from gerai.doors.pay.deposit_page import ResolvedDeposit, opened_deposit
from gerai.doors.pay.paper import download
from gerai.doors.pay.resolve import ByCode, ResolvedOrder, Resolver, by_link, opened_by
from gerai.doors.pay.seller import LOGO_PATH
from gerai.engine.articles import ARTICLE_PATH
from gerai.engine.merchants.logos import logo_content
from gerai.engine.outage import refusal_behind

log = structlog.get_logger("gerai.pages")

#: The door's name.
NAME: Final = "pay"
Act = Callable[[RequestContext, ResolvedOrder], Awaitable[Response]]
DepositAct = Callable[[RequestContext, ResolvedDeposit], Awaitable[Response]]

#: An id is a number of 64 bits, a digest one of 256.
_MERCHANT, _DIGEST = re.compile(r"[0-9]{1,18}", re.ASCII), re.compile(r"[0-9a-f]{64}")
#: The address an order's page has in every channel; the dialects name further ones.
PAGE_PATH: Final = "/i/{secret}"
#: What is served below each address: of an order, and of a deposit where that has it.
_ACTS: Final[tuple[tuple[str, str, Act, DepositAct | None], ...]] = (
    ("GET", "", order_page.show, deposit_page.show),
    ("GET", "/events", live.events, deposit_page.events),
    ("GET", "/qr.png", order_page.qr_image, deposit_page.qr_image),
    ("GET", "/document.pdf", download.document, None),
    ("GET", "/files/{file}", handed.file, None),
    ("GET", "/confirm", order_page.confirm, deposit_page.confirm),
    ("POST", "/method", actions.choose, deposit_change.choose),
    ("GET", "/method", order_page.back, deposit_page.back),
    ("POST", "/change", actions.change, None),
    ("GET", "/change", order_page.back, deposit_page.back),
    ("POST", "/proof", upload.send, deposit_page.prove),
    ("GET", "/proof", order_page.back, deposit_page.back),
    ("POST", "/play", actions.play, deposit_page.play),
    ("GET", "/play", order_page.back, deposit_page.back),
)


def home(dialects: Sequence[Dialect]) -> Endpoint:
    """The front page: a card for each dialect that introduces itself."""

    async def page(ctx: RequestContext) -> Response:
        words = answers.words_for(ctx)
        doors = [
            draw.DoorCard(d.title, d.blurb.sold.in_language(words.language), d.prefixes[0], f"/docs/{d.name}")
            for d in dialects
            if d.blurb is not None
        ]
        simulated = any(merchant.simulated for merchant in ctx.services.engine.directory.merchants())
        return answers.page(ctx, draw.home_page(words, doors, simulated), words)

    return page


async def asset(ctx: RequestContext) -> Response:
    """The style sheet, the script or the icon. An address of another version gets this one, uncached."""
    found = asset_named(ctx.path_params["name"])
    if found is None:
        return answers.not_found(ctx)
    current = ctx.path_params["digest"] == DIGEST
    return Response(found.content, 200, SAFETY | (FOR_GOOD if current else PRIVATE), media_type=found.media_type)


async def logo(ctx: RequestContext) -> Response:
    """A merchant's logo, at the address that has its digest; not found once it has another one."""
    merchant, digest = ctx.path_params["merchant"], ctx.path_params["digest"]
    found = None
    if _MERCHANT.fullmatch(merchant) and _DIGEST.fullmatch(digest):
        found = await logo_content(ctx.services.engine, int(merchant), bytes.fromhex(digest))
    if found is None:
        return answers.not_found(ctx)
    kind, content = found
    return Response(content, 200, SAFETY | FOR_GOOD, media_type=kind)


async def unknown(ctx: RequestContext) -> Response:
    """Any other address, whatever the method: in the reader's language."""
    return answers.missing(ctx)


def guarded(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose refusals and failures are pages in the reader's language, logged without the path: paths here
    hold secrets."""

    async def answered(ctx: RequestContext) -> Response:
        try:
            return await endpoint(ctx)
        except Exception as error:
            refusal = refusal_behind(error)
            if refusal is None:
                refusal = Broken(ctx.request_id)
                log.exception("page.broken", request_id=ctx.request_id)
            ctx.services.metrics.refused(NAME, refusal.code)
            if refusal.kind is Kind.NOT_FOUND:
                return answers.not_found(ctx)
            log.info("page.refused", request_id=ctx.request_id, code=refusal.code)
            return answers.problem(ctx, refusal)

    return answered


def on_order(opener: Resolver, act: Act, readers: Mapping[str, ReadPageDetails]) -> Endpoint:
    """Open the order, then act; an address that opens nothing is not found. ``readers``: page details by channel."""

    async def endpoint(ctx: RequestContext) -> Response:
        opened = await opener(ctx)
        if opened is None:
            return answers.missing(ctx)
        reader = readers.get(opened.view.order.channel, no_page_details)
        return await act(ctx, replace(opened, read_details=reader))

    return guarded(endpoint)


def or_deposit(opener: ByCode, act: DepositAct, on_order: Endpoint, codes: Mapping[str, DepositCode]) -> Endpoint:
    """Open the deposit that an invoice's address names, then act; ``on_order`` serves every other invoice. ``codes``:
    how deposits are called, by channel."""

    async def endpoint(ctx: RequestContext) -> Response:
        opened = await opened_deposit(opener, ctx, codes)
        return await (on_order(ctx) if opened is None else act(ctx, opened))

    return guarded(endpoint)


def routes(dialects: Sequence[Dialect]) -> tuple[Route, ...]:
    """All routes of the pages of a server with these dialects."""
    found: list[Route] = []
    readers = {d.name: d.page_details for d in dialects}
    codes = {d.name: d.deposit_code for d in dialects if d.deposit_code is not None}
    # Two dialects may share a path: whoever hands it out, it opens every order.
    places = {path: opened_by(path) for path in (PAGE_PATH, *(path for d in dialects for path in d.page_paths))}
    places["/payment/{code}"] = by_link({d.name: d.link_codes for d in dialects if d.link_codes is not None})
    for path, opener in places.items():
        for method, below, act, on_deposit in _ACTS:
            endpoint = on_order(opener, act, readers)
            if isinstance(opener, ByCode) and on_deposit is not None:
                endpoint = or_deposit(opener, on_deposit, endpoint, codes)
            found.append(Route(method, path + below, endpoint))
    return (
        *found,
        Route("GET", "/", guarded(home(dialects))),
        Route("GET", ARTICLE_PATH, guarded(article.show)),
        Route("GET", "/_pay/{digest}/{name}", guarded(asset)),
        Route("GET", LOGO_PATH + "/{merchant}/{digest}", guarded(logo)),
    )
