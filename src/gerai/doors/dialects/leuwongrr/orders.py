"""Orders: placing and reading them."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.domain.refusals import IdempotencyKeyReused, NotFound
from gerai.doors.dialects.leuwongrr import wire
from gerai.doors.dialects.leuwongrr.auth import Caller, authenticate
from gerai.doors.dialects.leuwongrr.placing import compose
from gerai.doors.dialects.leuwongrr.request import (
    IDEMPOTENCY,
    PLAIN_ORDER,
    WantedOrder,
    as_typed,
    list_limit,
    read_order,
)
from gerai.doors.http.charging import charged
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.engine.command import Outcome
from gerai.engine.orders.place import Placed, PlaceOrder

_CODE: Final = re.compile(r"(?:SBX-)?INV[0-9]{17,40}")


async def create_order(ctx: RequestContext) -> Response:
    """201 with the new order, or 200 with the one this Idempotency-Key made before, as it is now.

    Refuses: BodyUnreadable, FieldsForbidden, InputInvalid, what :func:`compose` refuses, InsufficientFunds,
    IdempotencyKeyReused.
    """
    caller = authenticate(ctx, "create_order")
    wanted = read_order(await ctx.json_or(PLAIN_ORDER))
    outcome = await _placed_once(ctx, caller, wanted)
    view = outcome.answer.view if outcome.replayed else await charged(ctx, outcome.answer.view)
    methods = ctx.services.partners.payment_methods
    data = wire.CreatedAnswer(
        wire.invoice_of(view, methods, ctx.base_url, ctx.now),
        wire.gateway_of(view, methods, ctx.base_url, ctx.now),
        view.order.environment,
        outcome.replayed,
    )
    message, status = (wire.FOUND_AGAIN, 200) if outcome.replayed else (wire.CREATED, 201)
    return reply(wire.Success(data=data, message=message), status, replay_headers(outcome))


async def _placed_once(ctx: RequestContext, caller: Caller, wanted: WantedOrder) -> Outcome[Placed]:
    """The order, or the one that the request's key made before."""
    attempt = IDEMPOTENCY.attempt(ctx, "create_order", caller.owner, wanted)
    try:
        return await submit_once(ctx, attempt, lambda: compose(ctx, caller, wanted), PlaceOrder)
    except IdempotencyKeyReused:
        kept = IDEMPOTENCY.attempt(ctx, "create_order", caller.owner, as_typed(wanted))
        if kept is None or not wanted.typed_method:
            raise
    # A key of a version that kept the method as it was typed. Refuses what is another order all the same.
    merchant_id, environment = caller.key.merchant.merchant_id, caller.key.environment
    earlier = await ctx.services.engine.find_answer(PlaceOrder, merchant_id, environment, kept)
    if earlier is None:
        raise IdempotencyKeyReused(kept.key)
    return Outcome(earlier, replayed=True)


async def list_orders(ctx: RequestContext) -> Response:
    """The newest orders, newest first. InputInvalid (query)."""
    authenticate(ctx, "user_read")
    limit = list_limit(ctx.query.multi_items())
    found = await ctx.services.engine.orders.page(ctx.scope, OrderFilter(), limit)
    orders = [wire.order_of(view, ctx.services.partners.payment_methods, ctx.base_url) for view in found]
    return reply(wire.Success(data={"orders": orders, "limit": limit}))


async def get_order(ctx: RequestContext) -> Response:
    """One order of the owner. NotFound."""
    authenticate(ctx, "user_read")
    code = ctx.path_params["invoice"]
    found = await find_order(ctx, code)
    if found is None:
        raise NotFound("order", code)
    order = wire.order_of(found, ctx.services.partners.payment_methods, ctx.base_url)
    return reply(wire.Success(data={"order": order}))


async def find_order(ctx: RequestContext, code: str) -> OrderView | None:
    """The order with this code, if it is the caller's and of the token's environment."""
    # What cannot be a code is not looked up.
    return await ctx.services.engine.orders.by_public_id(ctx.scope, code) if _CODE.fullmatch(code) else None
