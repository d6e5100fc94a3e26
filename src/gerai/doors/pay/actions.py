"""What a payer does on the page: choose a method, choose another one, and, with play money, play the payer."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from starlette.responses import Response

from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import (
    AmountMismatch,
    AmountOutOfRange,
    BodyUnreadable,
    Busy,
    MethodUnavailable,
    NotFound,
    PartnerUnavailable,
    PermissionMissing,
    Refusal,
    StateConflict,
    SurchargeForbidden,
)
from gerai.doors.http.browser import from_our_own_page, remember
from gerai.doors.http.context import RequestContext
from gerai.doors.pay import answers, choices, page_state
from gerai.doors.pay.money_state import money_of
from gerai.doors.pay.resolve import ResolvedOrder
from gerai.engine.command import Command
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.play import PLAYED_ACTS, play_command, played_payment
from gerai.engine.proofs import FULL
from gerai.kit.clock import unix_s
from gerai.ports.payments import PaymentMethod

_MOST_FIELDS: Final = 10
#: What the buyer is told when an act is refused.
NOTICES: Final[dict[type[Refusal], str]] = {
    StateConflict: "changed",
    AmountMismatch: "changed",
    Busy: "busy",
    MethodUnavailable: "unavailable",
    SurchargeForbidden: "unavailable",
    AmountOutOfRange: "unavailable",
}


async def form_of(ctx: RequestContext) -> dict[str, str]:
    """The fields of a posted form, the last of each name. BodyTooLarge, BodyUnreadable.

    PermissionMissing when another site sent it.
    """
    if not from_our_own_page(ctx):
        raise PermissionMissing("same_origin")
    try:
        fields = parse_qs((await ctx.body()).decode("utf-8-sig"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BodyUnreadable("form") from None
    return {name: values[-1] for name, values in fields.items()}


def count_act(ctx: RequestContext, page: str) -> None:
    """Each page may be acted on so often per minute. ``page`` names its order or deposit. RateLimited."""
    # Per page: many payers share an address.
    ctx.services.limiter.hit(page, "pages.acts", ctx.services.settings.pages.acts_per_minute, unix_s())


async def submitted(ctx: RequestContext, command: Command[Any]) -> str:
    """Hand a command to the engine. Empty when it was done, else the notice why it was refused."""
    try:
        await ctx.services.engine.submit(command)
    except tuple(NOTICES) as refusal:
        is_full = isinstance(refusal, StateConflict) and refusal.state == FULL
        return "proof_full" if is_full else NOTICES[type(refusal)]
    return ""


def _count(ctx: RequestContext, opened: ResolvedOrder) -> None:
    count_act(ctx, page_of(opened))


def page_of(opened: ResolvedOrder) -> str:
    """What acts on the page of an order are counted under, whatever address they come by."""
    return f"order:{opened.view.order.merchant_id}:{opened.view.order.order_id}"


async def choose(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """Start a payment with the chosen method (field ``choice``: ``va:BCA``)."""
    form = await form_of(ctx)
    _count(ctx, opened)
    chosen = choices.find(opened.page_context(ctx), opened.view.order, form.get("choice", ""))
    if chosen is None:
        return answers.see(opened.address, "unavailable")
    # A form of a page that was opened before something happened. (The engine decides again, under the lock.)
    if page_state.page_state_of(opened.view, opened.details, opened.now(ctx)) is not page_state.CHOOSE:
        return answers.see(opened.address, "" if _chosen_before(opened.view, *chosen) else "changed")
    notice = await _start(ctx, opened, *chosen)
    if notice == "changed" and _chosen_before(await _as_now(ctx, opened), *chosen):
        notice = ""
    response = answers.see(opened.address, notice if isinstance(notice, str) else "")
    if not isinstance(notice, str):
        method, channel = chosen
        remember(ctx, response, choices.WAY_COOKIE, f"{method.name}:{channel}")
    return response


async def change(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """Cancel what was started, so that another method can be chosen."""
    await form_of(ctx)
    _count(ctx, opened)
    order = opened.view.order
    for payment in opened.view.payments:
        if payment.status == "processing":
            command = CancelPayment(
                merchant_id=order.merchant_id,
                environment=order.environment,
                order_id=order.order_id,
                payment_id=payment.payment_id,
            )
            if notice := await submitted(ctx, command):
                return answers.see(opened.address, notice)
    return answers.see(opened.address)


async def play(ctx: RequestContext, opened: ResolvedOrder) -> Response:
    """Play the payer (field ``act``: pay, fail or late). NotFound where real money is paid."""
    form = await form_of(ctx)
    _count(ctx, opened)
    if not opened.page_context(ctx).simulated:
        raise NotFound("page")
    act, now = form.get("act", ""), opened.now(ctx)
    payment = page_state.running_payment(opened.view, now)
    if act == "late":
        payment = played_payment(opened.view, act)
    if (
        payment is None
        and act == "pay"
        and page_state.page_state_of(opened.view, opened.details, now) is page_state.CHOOSE
    ):
        payment = await _start_any(ctx, opened)
    # Of one that a gateway's sandbox has, its own payer pays.
    if payment is None or payment.contract_id is not None or act not in PLAYED_ACTS:
        return await _see_played(ctx, opened, act, "changed")
    # The engine decides again, under the lock: of two forms at once, the second may find it paid.
    notice = await submitted(ctx, play_command(opened.view, payment, act))
    return await _see_played(ctx, opened, act, notice) if notice else answers.see(opened.address)


async def _as_now(ctx: RequestContext, opened: ResolvedOrder) -> OrderView:
    """The order as it is stored now: of two presses at once, the second finds what the first one did."""
    return await ctx.services.engine.orders.as_now(opened.view.order)


async def _see_played(ctx: RequestContext, opened: ResolvedOrder, act: str, notice: str) -> Response:
    """The page again; without ``notice`` when what was asked for has happened already: a button pressed twice."""
    view = await _as_now(ctx, opened)
    paid = act in ("pay", "late") and money_of(view).arrived
    failed = act == "fail" and bool(view.payments) and view.payments[-1].status == "failed"
    return answers.see(opened.address, "" if notice == "changed" and (paid or failed) else notice)


def _chosen_before(view: OrderView, method: PaymentMethod, channel: str) -> bool:
    """Whether the way to pay that is open is the one that is asked for."""
    wanted = (method.name, channel)
    return any(p.status == "processing" and (p.method, p.channel_code) == wanted for p in view.payments)


async def _start_any(ctx: RequestContext, opened: ResolvedOrder) -> Payment | None:
    """A payer who did not choose pays with the first method that is open."""
    context = opened.page_context(ctx)
    for group in choices.groups(context, opened.view.order, answers.words_for(ctx)):
        for choice in group.choices:
            chosen = choices.find(context, opened.view.order, choice.value)
            started = await _start(ctx, opened, *chosen) if chosen is not None else None
            if isinstance(started, Payment):
                return started
    return None


async def _start(ctx: RequestContext, opened: ResolvedOrder, method: PaymentMethod, channel: str) -> Payment | str:
    """The started payment, or the notice why there is none: another one may have been started meanwhile."""
    engine = ctx.services.engine
    # However often the form arrives, even at once: one payment.
    wanted = WantedPayment(method=method.name, channel=channel, page_path=opened.address.at(), only_if_none_open=True)
    merchant, methods = engine.directory.merchant(opened.view.order.merchant_id), ctx.services.partners.payment_methods
    try:
        command = payment_to_start(engine.ids.next(), merchant, methods, opened.view, wanted)
        view = (await engine.submit(command)).answer
        try:
            view = await ctx.services.gateways.started(view, command.payment_id)
        except PartnerUnavailable:
            view = await _as_now(ctx, opened)
            # Not reached at all; else it did not answer: the payment is open, and the page says that it is asked for.
            if _started(view, command.payment_id).status == "failed":
                return "unreached"
    except tuple(NOTICES) as refusal:
        return NOTICES[type(refusal)]
    return _started(view, command.payment_id)


def _started(view: OrderView, payment_id: int) -> Payment:
    return next(payment for payment in view.payments if payment.payment_id == payment_id)
