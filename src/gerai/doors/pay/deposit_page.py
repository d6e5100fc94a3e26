"""The page of a deposit: how much, how it stands, how to pay it and until when. An invoice's address opens it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from starlette.responses import Response

from gerai.domain import money
from gerai.domain.records import MANUAL, Deposit
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import answers, choices, draw
from gerai.doors.pay.model import DepositPage, PageContext, SumRow
from gerai.doors.pay.page_state import PageState
from gerai.doors.pay.payment_panel import deadline, panel_of
from gerai.doors.pay.resolve import SECRET, ByCode, context_of
from gerai.doors.pay.words import Words

PENDING: Final = PageState("deposit_pending", "wait", "clock")
#: By the deposit's state; the names are those of the texts.
STATES: Final = {
    "pending": PENDING,
    "succeeded": PageState("deposit_succeeded", "good", "check"),
    "failed": PageState("deposit_failed", "bad", "cross"),
    "expired": PageState("deposit_expired", "calm", "clock"),
    "cancelled": PageState("deposit_cancelled", "calm", "cross"),
    "late": PageState("deposit_late", "wait", "clock"),
    "refunded": PageState("deposit_refunded", "calm", "back"),
}
_LABELS: Final = {
    "pending": "amount.due", "succeeded": "amount.credited", "late": "amount.arrived", "refunded": "amount.returned",
}  # fmt: skip


def or_deposit(
    opener: ByCode, on_order: Callable[[RequestContext], Awaitable[Response]]
) -> Callable[[RequestContext], Awaitable[Response]]:
    """An invoice's address that opens the deposit it names, else what ``on_order`` makes of it."""

    async def endpoint(ctx: RequestContext) -> Response:
        code, secret = opener.proof(ctx)
        found = await ctx.services.engine.deposits.by_secret(secret) if SECRET.fullmatch(secret) else None
        if found is None or found.public_id != code:
            return await on_order(ctx)
        address, words = opener.address(code, secret), answers.words_for(ctx)
        context = context_of(ctx, found.merchant_id, found.environment, address)
        now = ctx.services.engine.now(found.merchant_id, found.environment)

        def drawn() -> str:
            return draw.deposit_page(present_deposit(found, context, now, words), words, address)

        return answers.page(ctx, await asyncio.to_thread(drawn), words)

    return endpoint


def present_deposit(deposit: Deposit, context: PageContext, now: datetime, words: Words) -> DepositPage:
    """The page of ``deposit`` at ``now``; past its time it counts as expired before the sweep has moved it."""
    over = deposit.expires_at is not None and deposit.expires_at <= now
    status = "expired" if over and deposit.status == "pending" else deposit.status
    state, merchant = STATES[status], context.merchant_name or words("page.shop")
    label = _LABELS.get(status, "amount.total_deposit")
    manual = deposit.method == MANUAL
    return DepositPage(
        state=state,
        environment=deposit.environment,
        simulated=context.simulated,
        merchant=merchant,
        number=deposit.public_id,
        placed_at=words("order.placed_at", when=words.long_time(deposit.created_at)),
        badge=words(f"badge.{state.name}"),
        headline=words(f"headline.{state.name}"),
        message=words(f"message.{state.name}", merchant=merchant),
        money=(),
        notice="",
        amount_label=words(label),
        amount=money.display(deposit.amount_sen if status == "succeeded" else deposit.pay_sen),
        struck=status in ("failed", "expired", "cancelled"),
        deadline=deadline(deposit.expires_at, now, words) if status == "pending" else None,
        panel=panel_of(deposit, deposit.pay_sen, deposit.secret, context, words)
        if status == "pending" and not manual
        else None,
        sums=tuple(_sums(deposit, context, words)),
    )


def _sums(deposit: Deposit, context: PageContext, words: Words) -> list[SumRow]:
    """What the wallet gets, and how that becomes what is paid."""
    matching_sen = deposit.pay_sen - deposit.amount_sen - deposit.fee_sen
    method = (
        "" if deposit.method == MANUAL else choices.full_title(context, deposit.method, deposit.channel_code, words)
    )
    rows = [SumRow(words("deposit.method"), method)] if method else []
    rows.append(SumRow(words("deposit.amount"), money.display(deposit.amount_sen)))
    if deposit.fee_sen:
        rows.append(SumRow(words("order.fee"), money.display(deposit.fee_sen)))
    if matching_sen:
        rows.append(SumRow(words("deposit.matching"), money.display(matching_sen)))
    rows.append(SumRow(words("order.total"), money.display(deposit.pay_sen), strong=True))
    return rows
