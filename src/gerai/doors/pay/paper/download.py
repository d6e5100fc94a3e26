"""The address of an order's paper: what is owed or what was paid, as a PDF to keep."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.paper.typesetter import TYPESETTER, can_set
from gerai.doors.pay import actions, answers
from gerai.doors.pay.paper.compose import drawing, file_name, paper_of, source_of
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.merchants.logos import LOGOS, logo_content
from gerai.kit.clock import unix_s


async def document(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The paper as it stands now; the page instead when there is none any more. Not found where the address can be
    guessed, and where no PDF can be made. Busy, RateLimited."""
    if opened.private or not can_set():
        return answers.not_found(ctx)
    services, pages, order = ctx.services, ctx.services.settings.pages, opened.view.order
    services.limiter.hit(actions.page_of(opened), "pages.documents", pages.documents_per_minute, unix_s())
    # Before anything is read or worded for it: that is most of what a refused one would cost.
    TYPESETTER.require_room(order.merchant_id, pages.documents_waiting)
    happened = await services.engine.events.of_orders(order.merchant_id, [order.order_id])
    words, context, now = answers.words_for(ctx), opened.page_context(ctx), opened.now(ctx)
    # A QR takes tens of milliseconds: not on the thread that answers everybody.
    paper = await asyncio.to_thread(paper_of, opened.view, happened, context, now, words)
    if paper is None:
        return answers.see(opened.address)
    pdf = await TYPESETTER.pdf(
        source_of(paper, await _logo(ctx, order.merchant_id)), order.merchant_id, pages.documents_waiting
    )
    headers = {"content-disposition": f'attachment; filename="{file_name(paper)}"', "content-language": words.language}
    return Response(pdf, 200, SAFETY | PRIVATE | headers, media_type="application/pdf")


async def _logo(ctx: RequestContext, merchant_id: int) -> str:
    """The shop's logo as papers have it; empty where it has none, or another one by now."""
    logo = ctx.services.engine.directory.get(LOGOS, merchant_id)
    found = None if logo is None else await logo_content(ctx.services.engine, merchant_id, logo.digest)
    return "" if logo is None or found is None else await asyncio.to_thread(drawing, logo, found[1])
