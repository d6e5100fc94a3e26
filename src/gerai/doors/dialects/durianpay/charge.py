"""``POST /payments/charge``: from a request to a started payment."""

from __future__ import annotations

import asyncio

import msgspec
import segno
from starlette.responses import Response

from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import AmountMismatch, InputInvalid
from gerai.doors.dialects.durianpay.auth import authenticate
from gerai.doors.dialects.durianpay.methods import unfit
from gerai.doors.dialects.durianpay.order_details import PaymentDetails, details_of
from gerai.doors.dialects.durianpay.orders import order_named
from gerai.doors.dialects.durianpay.request import IDEMPOTENCY
from gerai.doors.dialects.durianpay.request_charge import NewCharge, read_charge
from gerai.doors.dialects.durianpay.wire.charge_answer import Charged, charge_answer
from gerai.doors.dialects.durianpay.wire.payment_answer import merchant_public_id
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.doors.http.payable import require_told
from gerai.engine.gateways.record import never_began
from gerai.engine.payments.offered import require_within
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.start import StartPayment

_QR_SCALE = 4


async def charge(ctx: RequestContext) -> Response:
    """Start a payment. Refuses: BodyUnreadable, InputInvalid, NotFound (order), AmountMismatch, AmountOutOfRange,
    MethodUnavailable, StateConflict (order completed or expired, or money that came for it waits for a decision),
    IdempotencyKeyReused, PartnerUnavailable."""
    authenticate(ctx)
    wanted = read_charge(await ctx.json(exact=True))
    view = await order_named(ctx, wanted.order_id)

    async def compose() -> StartPayment:
        return _command(ctx, wanted, view)

    attempt = IDEMPOTENCY.attempt(ctx, "charge", "merchant", wanted)
    outcome = await submit_once(ctx, attempt, compose, StartPayment, void=lambda now: never_began(_newest(now)))
    # Replayed it is the payment as it is now: it may have been paid since.
    payment = _newest(outcome.answer)
    if outcome.replayed:
        require_told(view, payment)
    else:
        payment = _newest(await ctx.services.gateways.started(outcome.answer, payment.payment_id))
    merchant = ctx.caller.merchant
    charged = Charged(
        payment=payment,
        order_public_id=view.order.public_id,
        merchant_name=merchant.name,
        merchant_public_id=merchant_public_id(merchant.merchant_id),
        now=ctx.now,
        base_url=ctx.base_url,
        page_marks=(view.order.secret, details_of(view.order).link_code),
        qr_image=await _qr_image(str(payment.instructions.get("qr_text", ""))),
    )
    return reply({"data": charge_answer(charged)}, headers=replay_headers(outcome))


def _command(ctx: RequestContext, wanted: NewCharge, view: OrderView) -> StartPayment:
    order, details = view.order, details_of(view.order)
    # As ordered or as rounded: clients send back the figure they sent, or the one they read.
    if wanted.amount_sen not in (details.amount_sen, order.total_sen):
        raise AmountMismatch(given_sen=wanted.amount_sen, right_sen=details.amount_sen)
    lacking = unfit(wanted.type, wanted.channel, details.payment_option, details.items, order.contact.address)
    if lacking:
        raise InputInvalid(fields=lacking)
    methods = ctx.services.partners.payment_methods
    method = methods.get(wanted.method)
    if method is not None and wanted.channel not in method.channels:
        raise InputInvalid(fields={wanted.channel_field: ["is not supported"]})
    if method is not None:
        # The contract's own bounds (§6.1), however much the gateway behind it would take.
        require_within(method.channels[wanted.channel], order.total_sen)
    # A payment with real money is never finished by an option of its own request.
    settle = wanted.sandbox if ctx.caller.environment == "sandbox" else None
    payment = WantedPayment(
        method=wanted.method,
        channel=wanted.channel,
        payer=wanted.details_for_partner,
        kept=msgspec.to_builtins(PaymentDetails(mobile=wanted.mobile, requested_type=wanted.requested_type)),
        reference=wanted.payment_ref_id,
        settle_after_s=None if settle is None else settle.delay_ms / 1000,
        settle_outcome="failed" if settle is not None and settle.force_fail else "paid",
    )
    return payment_to_start(ctx.services.engine.ids.next(), ctx.caller.merchant, methods, view, payment)


def _newest(view: OrderView) -> Payment:
    """The payment this command started: in its answer, stored or fresh, none is younger."""
    return max(view.payments, key=lambda payment: (payment.created_at, payment.payment_id))


async def _qr_image(text: str) -> str:
    """A PNG as data URI; empty without a text."""
    # Drawing takes some 20 ms: not on the thread that answers everybody.
    return await asyncio.to_thread(_drawn, text) if text else ""


def _drawn(text: str) -> str:
    return segno.make(text, error="m", micro=False).png_data_uri(scale=_QR_SCALE)
