"""The payment endpoints beside charge: path → decode → engine → encode."""

from __future__ import annotations

import hmac
from typing import NamedTuple

from starlette.responses import Response

from gerai.domain.filters import PaymentFilter
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.doors.dialects.durianpay.auth import authenticate
from gerai.doors.dialects.durianpay.errors import INVALID, VA_NOT_FOUND
from gerai.doors.dialects.durianpay.request_charge import read_signature, read_simulation
from gerai.doors.dialects.durianpay.request_lists import read_expand, read_page
from gerai.doors.dialects.durianpay.statuses import payment_status, state_word
from gerai.doors.dialects.durianpay.wire.formats import is_payment_id
from gerai.doors.dialects.durianpay.wire.payment_answer import (
    cancelled_answer,
    listed_payment,
    merchant_public_id,
    payment_answer,
    signature,
    status_answer,
)
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment

_FORCED = {"code": "20013", "message": "provider error"}


class _Found(NamedTuple):
    view: OrderView
    payment: Payment


async def list_payments(ctx: RequestContext) -> Response:
    """``GET /payments``, newest first. Refuses: InputInvalid."""
    authenticate(ctx)
    page = read_page(ctx.query.multi_items())
    engine, scope = ctx.services.engine, ctx.scope
    wanted = PaymentFilter(page.since, page.until, page.skip)
    payments = await engine.payments.page(scope, wanted, page.limit)
    orders = await engine.orders.by_ids(scope.merchant_id, [payment.order_id for payment in payments])
    views = {view.order.order_id: view for view in orders}
    entries = [listed_payment(views[payment.order_id], payment, ctx.now) for payment in payments]
    return reply({"data": {"payments": entries or None, "total": await engine.payments.count(scope, wanted)}})


async def fetch_payment(ctx: RequestContext) -> Response:
    """``GET /payments/{id}``, with ``expand``. Refuses: InputInvalid (malformed id), NotFound."""
    authenticate(ctx)
    view, payment = await _payment_named(ctx, "id")
    expand = read_expand(ctx.query.multi_items())
    return reply({"data": payment_answer(view, payment, _merchant(ctx), expand, ctx.now)})


async def payment_status_of(ctx: RequestContext) -> Response:
    """``GET /payments/{id}/status``. Refuses: InputInvalid (malformed id), NotFound."""
    api_key = authenticate(ctx)
    view, payment = await _payment_named(ctx, "payment_id")
    return reply({"data": status_answer(view.order, payment, api_key, ctx.now)})


async def verify_payment(ctx: RequestContext) -> Response:
    """``POST /payments/{id}/verify``: is it the right signature? Refuses: BodyUnreadable, InputInvalid, NotFound."""
    api_key = authenticate(ctx)
    given = read_signature(await ctx.json(exact=True))
    view, payment = await _payment_named(ctx, "payment_id")
    right = signature(view.order, payment, api_key)
    # In constant time: how long the comparison takes must not help to guess the rest.
    return reply({"data": hmac.compare_digest(given.encode(), right.encode())})


async def cancel_payment(ctx: RequestContext) -> Response:
    """``PUT /payments/{id}/cancel``; a body is not looked at. Refuses: InputInvalid, NotFound, StateConflict."""
    authenticate(ctx)
    view, payment = await _payment_named(ctx, "payment_id")
    state = payment_status(payment, ctx.now)
    if state != "processing":
        raise StateConflict("payment", payment.public_id, state, "cancel")
    outcome = await ctx.services.engine.submit(
        CancelPayment(
            merchant_id=payment.merchant_id,
            environment=payment.environment,
            order_id=payment.order_id,
            payment_id=payment.payment_id,
        )
    )
    after = next(p for p in outcome.answer.payments if p.payment_id == payment.payment_id)
    return reply({"data": cancelled_answer(view, after, _merchant(ctx), ctx.now)})


async def simulate_transfer(ctx: RequestContext) -> Response:
    """``POST /payments/va/simulate``: somebody transferred to a virtual account. Sandbox keys only.

    Refuses: PermissionMissing, BodyUnreadable, InputInvalid. What cannot be paid is answered 422 with a reason (§7).
    """
    authenticate(ctx)
    if ctx.caller.environment != "sandbox":
        raise PermissionMissing("sandbox")
    wanted = read_simulation(await ctx.json(exact=True))
    payment = await ctx.services.engine.payments.by_code(ctx.scope, wanted.account_number)
    if payment is None or payment.method != "va":
        return _unsuccessful(ctx, "VA Not found", VA_NOT_FOUND)
    if payment.contract_id is not None:
        # Paid here it would wait there, and the books of the two would differ for ever.
        return _unsuccessful(ctx, "VA is paid in the sandbox of its gateway")
    state = payment_status(payment, ctx.now)
    if state != "processing":
        return _unsuccessful(ctx, f"VA is {state}")
    # A virtual account takes exactly what its payer was shown, the fee included.
    if wanted.amount_sen != payment.asked_sen:
        return _unsuccessful(ctx, "Amount mismatch")
    command = RecordPayment(
        merchant_id=payment.merchant_id,
        environment=payment.environment,
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        outcome="failed" if wanted.force_fail else "paid",
        failure=_FORCED if wanted.force_fail else {},
        played="in_time",
    )
    try:
        await ctx.services.engine.submit(command)
    except StateConflict as refusal:
        # Another simulation of the same order was faster.
        return _unsuccessful(ctx, f"VA is {state_word(refusal.thing, refusal.state)}")
    if wanted.force_fail:
        return _unsuccessful(ctx, "Forced failure")
    return reply({"data": {"status": "Payment Successful"}})


def _unsuccessful(ctx: RequestContext, reason: str, error_code: str = INVALID) -> Response:
    """422 in the contract's own shape (§7), and the error fields beside it that every client decodes (§21.4)."""
    body = {"data": {"status": "Payment Unsuccessful", "reason": reason}}
    return reply({**body, "error": reason, "error_code": error_code, "request_id": ctx.request_id}, status=422)


def _merchant(ctx: RequestContext) -> str:
    return merchant_public_id(ctx.caller.merchant.merchant_id)


async def _payment_named(ctx: RequestContext, complain_of: str) -> _Found:
    """The caller's payment in the path. InputInvalid when the identifier cannot be one, NotFound when nobody has it."""
    public_id, engine = ctx.path_params["id"], ctx.services.engine
    if not is_payment_id(public_id):
        raise InputInvalid(fields={complain_of: ["invalid payment id"]}, where="params")
    payment = await engine.payments.by_public_id(ctx.scope, public_id)
    view = None if payment is None else await engine.orders.by_id(payment.merchant_id, payment.order_id)
    if payment is None or view is None:
        raise NotFound("payment", public_id)
    return _Found(view, payment)
