"""What is read at an order's addresses: the page, the QR to keep, and the simulated page of a wallet or bank."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from gerai.domain import money
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.language import cookie_of
from gerai.doors.pay import answers, choices, draw, page_state, qr
from gerai.doors.pay.handed import handed
from gerai.doors.pay.instructions import instructions_of
from gerai.doors.pay.payment_panel import simulated_step
from gerai.doors.pay.present import present
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.payments.open import matched_ways

_NOTICES: Final = ("changed", "unavailable", "unreached", "busy", "proof_missing", "proof_kind", "proof_full")
#: Why a way could not be chosen: no news any more once there is one.
_OF_CHOOSING: Final = ("unavailable", "unreached")


async def show(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The page as it stands now."""
    order, words = opened.view.order, answers.words_for(ctx)
    happened = await ctx.services.engine.events.of_orders(order.merchant_id, [order.order_id])
    asked = ctx.query.get("notice", "")
    notice = asked if asked in _NOTICES else ""
    context, now = replace(opened.page_context(ctx), handed=await handed(ctx, opened)), opened.now(ctx)
    if page_state.page_state_of(opened.view, opened.details, now) is page_state.CHOOSE:
        last_used = cookie_of(ctx, choices.WAY_COOKIE) or ""
        context = replace(context, full=await _full_ways(ctx, opened), last_used=last_used)
    elif notice in _OF_CHOOSING:
        notice = ""

    def drawn() -> str:
        page = present(opened.view, happened, context, now, words, notice)
        return draw.pay_page(page, words, opened.address)

    # Drawing takes milliseconds, with a QR tens of them: not on the thread that answers everybody.
    return answers.page(ctx, await asyncio.to_thread(drawn), words)


async def _full_ways(ctx: RequestContext, opened: ResolvedOrder) -> frozenset[str]:
    """The ways that would be refused when they are chosen, because every amount there is expected of others."""
    engine, order = ctx.services.engine, opened.view.order
    merchant, methods = engine.directory.merchant(order.merchant_id), ctx.services.partners.payment_methods
    return await engine.payments.full(order.merchant_id, order.order_id, matched_ways(methods, merchant, opened.view))


async def qr_image(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The QR of the running payment as a PNG to keep; 404 when there is none, or nothing is to be paid any more."""
    now = opened.now(ctx)
    payment = page_state.running_payment(opened.view, now)
    under_way = page_state.page_state_of(opened.view, opened.details, now) is page_state.PAY
    text = instructions_of(payment).qr_text if payment is not None and under_way else ""
    image = await asyncio.to_thread(qr.png, text)
    if image is None:
        return answers.not_found(ctx)
    return Response(image, 200, SAFETY | PRIVATE, media_type="image/png")


async def confirm(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The page of the wallet or bank that a simulated redirect leads to; back to the order when nothing waits there."""
    context, words, now = opened.page_context(ctx), answers.words_for(ctx), opened.now(ctx)
    payment = page_state.running_payment(opened.view, now)
    under_way = page_state.page_state_of(opened.view, opened.details, now) is page_state.PAY
    if payment is None or not under_way or not simulated_step(payment, opened.view.order.secret, context):
        return answers.see(opened.address)
    method = choices.provider_title(context, payment.method, payment.channel_code, words)
    amount = money.display(payment.asked_sen)
    merchant = context.merchant_name or words("page.shop")
    html = draw.confirm_page(words, opened.address, merchant, method, amount, words("confirm.back"))
    return answers.page(ctx, html, words)


async def back(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """The address of a form, opened by reloading what the form led to: the page itself."""
    return answers.see(opened.address)
