"""What is read and done at a deposit's addresses. An invoice's address opens it, and only with its secret."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from starlette.responses import Response

from gerai.domain import money
from gerai.domain.records import MANUAL, Deposit
from gerai.domain.refusals import NotFound
from gerai.doors.http.browser import PRIVATE, SAFETY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import DepositCode
from gerai.doors.http.language import cookie_of
from gerai.doors.pay import answers, choices, draw, live, qr
from gerai.doors.pay.actions import PLAYED_ACTS, count_act, form_of, submitted
from gerai.doors.pay.address import Address
from gerai.doors.pay.deposit_present import PENDING, deposit_state, deposit_version, playable, present_deposit
from gerai.doors.pay.instructions import instructions_of
from gerai.doors.pay.model import PageContext
from gerai.doors.pay.page_watcher import Watch, deposit_seen
from gerai.doors.pay.payment_panel import simulated_step
from gerai.doors.pay.resolve import SECRET, ByCode, context_of
from gerai.doors.pay.upload import SentFile, received
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.payments.offered import PAYER
from gerai.engine.proofs import ReceiveTopUpProof, proofs_given, provable

#: What a page may be asked to tell once, and the text.
_NOTICES: Final = {
    "changed": "notice.deposit_changed",
    "busy": "notice.busy",
    "unavailable": "notice.deposit_unavailable",
    "proof_missing": "notice.proof_missing",
    "proof_kind": "notice.proof_kind",
    "proof_full": "notice.proof_full",
}
#: A client shows the QR on a page of its own, by its address (Cek Ceir: ``qr_url``).
_SHOWN_ELSEWHERE: Final = {"cross-origin-resource-policy": "cross-origin"}
#: Where a deposit stands after an act.
_AFTER: Final = {
    "pay": ("succeeded", "late", "refunded"),
    "late": ("succeeded", "late", "refunded"),
    "fail": ("failed",),
}


@dataclass(frozen=True)
class ResolvedDeposit:
    """A deposit behind the address it was asked for. ``code_of``: how its door calls deposits, None where it does not
    tell."""

    deposit: Deposit
    address: Address
    opener: ByCode
    code_of: DepositCode | None = None

    @property
    def changing(self) -> bool:
        """Whether another way to pay can be chosen here at all: what is given by hand has none."""
        return self.code_of is not None and self.deposit.method != MANUAL

    def now(self, ctx: RequestContext) -> datetime:
        """The time on the deposit's clock."""
        return ctx.services.engine.now(self.deposit.merchant_id, self.deposit.environment)

    def page_context(self, ctx: RequestContext, payer: Collection[str] = PAYER) -> PageContext:
        """What the page needs beside the deposit, whose ``payer`` is known by so much."""
        return context_of(ctx, self.deposit.merchant_id, self.deposit.environment, self.address, payer)

    async def choosing_context(self, ctx: RequestContext) -> PageContext:
        """The same where another way may be chosen: of the ways those that its member can use, and the one that was
        chosen last at this browser."""
        if not self.changing or self.deposit.status != "pending":
            return self.page_context(ctx)
        context = self.page_context(ctx, await ctx.services.engine.deposits.known_payer(self.deposit))
        return replace(context, last_used=cookie_of(ctx, choices.WAY_COOKIE) or "")


async def opened_deposit(
    opener: ByCode, ctx: RequestContext, codes: Mapping[str, DepositCode]
) -> ResolvedDeposit | None:
    """The deposit that an invoice's address names: code and secret must be the same deposit's. None otherwise."""
    code, secret = opener.proof(ctx)
    found = await ctx.services.engine.deposits.by_secret(secret) if SECRET.fullmatch(secret) else None
    if found is None or found.public_id != code:
        return None
    return ResolvedDeposit(found, opener.address(code, secret), opener, codes.get(found.channel))


async def show(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """The page as it stands now; of one that another is paid instead of, that one's."""
    if opened.deposit.status == "cancelled" and (instead := instructions_of(opened.deposit).instead):
        return answers.see(opened.opener.address(*instead))
    words, context, now = answers.words_for(ctx), await opened.choosing_context(ctx), opened.now(ctx)
    notice = _NOTICES.get(ctx.query.get("notice", ""), "")

    given = await proofs_given(ctx.services.engine, opened.deposit) if provable(opened.deposit) else 0

    def drawn() -> str:
        page = present_deposit(opened.deposit, context, now, words, notice, given, changing=opened.changing)
        return draw.deposit_page(page, words, opened.address)

    # Drawing a QR takes tens of milliseconds: not on the thread that answers everybody.
    return answers.page(ctx, await asyncio.to_thread(drawn), words)


async def events(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """The stream of the page's versions."""
    merchant_id, deposit_id = opened.deposit.merchant_id, opened.deposit.deposit_id

    async def look() -> tuple[str, bool]:
        deposit = await ctx.services.engine.deposits.as_now(opened.deposit)
        state = deposit_state(deposit, opened.now(ctx))
        return deposit_version(deposit, state), state.final

    seen = deposit_seen(opened.deposit.status, shown=instructions_of(opened.deposit).at_gateway)
    return live.stream(ctx, Watch(merchant_id, deposit_id, "deposit", seen=seen), look)


async def qr_image(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """The QR to pay as a PNG to keep; 404 when there is none, or nothing is to be paid any more."""
    waits = deposit_state(opened.deposit, opened.now(ctx)) is PENDING
    image = await asyncio.to_thread(qr.png, instructions_of(opened.deposit).qr_text if waits else "")
    if image is None:
        return answers.not_found(ctx)
    return Response(image, 200, SAFETY | PRIVATE | _SHOWN_ELSEWHERE, media_type="image/png")


async def confirm(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """The page of the wallet or bank that a simulated redirect leads to; back to the deposit when nothing waits."""
    deposit, context, words = opened.deposit, opened.page_context(ctx), answers.words_for(ctx)
    waits = deposit_state(deposit, opened.now(ctx)) is PENDING
    if not waits or not simulated_step(deposit, deposit.secret, context):
        return answers.see(opened.address)
    method = choices.provider_title(context, deposit.method, deposit.channel_code, words)
    merchant, amount = context.merchant_name or words("page.shop"), money.display(deposit.pay_sen)
    html = draw.confirm_page(words, opened.address, merchant, method, amount, words("confirm.back_deposit"))
    return answers.page(ctx, html, words)


async def play(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """Play the payer (field ``act``: pay, fail or late). NotFound where real money is paid."""
    form, deposit, context = await form_of(ctx), opened.deposit, opened.page_context(ctx)
    count_act(ctx, f"deposit:{deposit.merchant_id}:{deposit.deposit_id}")
    if not context.simulated:
        raise NotFound("page")
    act, offered = form.get("act", ""), playable(deposit, deposit_state(deposit, opened.now(ctx)), context)
    # A form of a page that was opened before something happened. (The engine decides again, under the lock.)
    if offered is None or act not in PLAYED_ACTS or not getattr(offered, act):
        return await _see_played(ctx, opened, act, "changed")
    does = PLAYED_ACTS[act]
    command = RecordDeposit(
        merchant_id=deposit.merchant_id,
        environment=deposit.environment,
        deposit_id=deposit.deposit_id,
        outcome=does.outcome,
        failure=does.failure,
        played=does.played,
    )
    notice = await submitted(ctx, command)
    return await _see_played(ctx, opened, act, notice) if notice else answers.see(opened.address)


async def prove(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """Keep the file of a form (field ``proof``) as a proof of the transfer, and show the page again. Refuses as
    :func:`received`."""
    deposit, deposits = opened.deposit, ctx.services.engine.deposits

    async def still() -> Deposit | None:
        now = await deposits.as_now(deposit)
        return now if provable(now) else None

    def command(file: SentFile, now: Deposit) -> ReceiveTopUpProof:
        ids = {"merchant_id": now.merchant_id, "deposit_id": now.deposit_id}
        return ReceiveTopUpProof(**ids, environment=now.environment, **file._asdict())

    page = f"deposit:{deposit.merchant_id}:{deposit.deposit_id}"
    return answers.see(opened.address, await received(ctx, page, deposit.merchant_id, still, command))


async def _see_played(ctx: RequestContext, opened: ResolvedDeposit, act: str, notice: str) -> Response:
    """The page again; without ``notice`` when what was asked for has happened already: a button pressed twice."""
    status = (await ctx.services.engine.deposits.as_now(opened.deposit)).status
    happened = notice == "changed" and status in _AFTER.get(act, ())
    return answers.see(opened.address, "" if happened else notice)


async def back(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """The address of a form, opened by reloading what the form led to: the page itself."""
    return answers.see(opened.address)
