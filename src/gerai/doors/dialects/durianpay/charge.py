"""``POST /payments/charge``: from a request to a started payment."""

from __future__ import annotations

import asyncio

import segno
from starlette.responses import Response

from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import AmountMismatch, InputInvalid, MethodUnavailable
from gerai.doors.dialects.durianpay.auth import authenticate
from gerai.doors.dialects.durianpay.methods import unfit
from gerai.doors.dialects.durianpay.order_details import PaymentDetails, details_of, instructions_to_keep
from gerai.doors.dialects.durianpay.orders import order_named
from gerai.doors.dialects.durianpay.request import IDEMPOTENCY
from gerai.doors.dialects.durianpay.request_charge import NewCharge, read_charge
from gerai.doors.dialects.durianpay.wire.charge_answer import Charged, charge_answer
from gerai.doors.dialects.durianpay.wire.formats import new_id
from gerai.doors.dialects.durianpay.wire.payment_answer import merchant_public_id
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.engine.payments.offered import Offered, require_offered
from gerai.engine.payments.start import StartPayment
from gerai.ports.payments import Charge

_QR_SCALE = 4


async def charge(ctx: RequestContext) -> Response:
    """Start a payment. Refuses: BodyUnreadable, InputInvalid, NotFound (order), AmountMismatch, AmountOutOfRange,
    MethodUnavailable, StateConflict (order completed or expired), IdempotencyKeyReused."""
    authenticate(ctx)
    wanted = read_charge(await ctx.json(exact=True))
    view = await order_named(ctx, wanted.order_id)

    async def compose() -> StartPayment:
        return _command(ctx, wanted, view)

    attempt = IDEMPOTENCY.attempt(ctx, "charge", "merchant", wanted)
    outcome = await submit_once(ctx, attempt, compose, StartPayment)
    payment = _newest(outcome.answer)
    if outcome.replayed:
        # As it is now: it may have been paid since.
        now = await ctx.services.engine.payments.by_public_id(ctx.scope, payment.public_id)
        payment = payment if now is None else now
    merchant = ctx.caller.merchant
    charged = Charged(
        payment=payment,
        order_public_id=view.order.public_id,
        merchant_name=merchant.name,
        merchant_public_id=merchant_public_id(merchant.merchant_id),
        now=ctx.now,
        # Drawing takes some 20 ms: not on the thread that answers everybody.
        qr_image=await asyncio.to_thread(_qr_image, str(payment.instructions.get("qr_text", ""))),
    )
    return reply({"data": charge_answer(charged)}, headers=replay_headers(outcome))


def _command(ctx: RequestContext, wanted: NewCharge, view: OrderView) -> StartPayment:
    order, details = view.order, details_of(view.order)
    if wanted.amount_sen not in (details.amount_sen, order.total_sen):
        raise AmountMismatch(given_sen=wanted.amount_sen, right_sen=details.amount_sen)
    lacking = unfit(wanted.type, wanted.channel, details.payment_option, details.items, details.address)
    if lacking:
        raise InputInvalid(fields=lacking)
    offered = _offered(ctx, wanted)
    fee, payer_bears = details.fee_sen(wanted.method, wanted.channel), details.admin_fee_method == "excluded"
    on_top = fee if payer_bears else 0
    payable = order.total_sen + on_top
    offered.require_within(payable)
    public_id = new_id("pay")
    told = offered.method.instruct(
        Charge(
            payment_public_id=public_id,
            order_public_id=order.public_id,
            amount_sen=payable,
            merchant_name=ctx.caller.merchant.name,
            channel_code=wanted.channel,
            at=ctx.now,
            order_expires_at=order.expires_at,
            details={**wanted.details_for_partner, "page_url": f"{ctx.base_url}/i/{order.secret}"},
        )
    )
    kept = PaymentDetails(mobile=wanted.mobile, requested_type=wanted.requested_type)
    settle = wanted.sandbox if ctx.caller.environment == "sandbox" else None
    return StartPayment(
        merchant_id=order.merchant_id,
        environment=order.environment,
        order_id=order.order_id,
        payment_id=ctx.services.engine.ids.next(),
        public_id=public_id,
        method=wanted.method,
        channel_code=wanted.channel,
        amount_sen=order.total_sen,
        fee_sen=on_top,
        merchant_fee_sen=fee - on_top,
        instructions=instructions_to_keep(told, kept),
        reference=wanted.payment_ref_id,
        expires_at=told.expires_at,
        settle_after_s=None if settle is None else settle.delay_ms / 1000,
        settle_outcome="failed" if settle is not None and settle.force_fail else "paid",
    )


def _offered(ctx: RequestContext, wanted: NewCharge) -> Offered:
    methods, caller = ctx.services.partners.payment_methods, ctx.caller
    method = methods.get(wanted.method)
    if method is not None and wanted.channel not in method.channels:
        raise InputInvalid(fields={wanted.channel_field: ["is not supported"]})
    try:
        return require_offered(methods, caller.merchant, caller.environment, wanted.method, wanted.channel)
    except MethodUnavailable as unavailable:
        raise MethodUnavailable(wanted.type) from unavailable


def _newest(view: OrderView) -> Payment:
    """The payment this command started: in its answer, stored or fresh, none is younger."""
    return max(view.payments, key=lambda payment: (payment.created_at, payment.payment_id))


def _qr_image(text: str) -> str:
    """A PNG as data URI; empty without a text."""
    return segno.make(text, error="m", micro=False).png_data_uri(scale=_QR_SCALE) if text else ""
