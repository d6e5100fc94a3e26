"""Deposits of the token's owner. The contract reads them; to ask for one is an addition of ours."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import Response

from gerai.domain.filters import DepositFilter
from gerai.domain.records import Deposit
from gerai.domain.refusals import NotFound
from gerai.doors.dialects.leuwongrr import topping_up, wire, wire_deposits
from gerai.doors.dialects.leuwongrr.auth import authenticate
from gerai.doors.dialects.leuwongrr.request import list_limit
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.doors.http.topping_up import top_up_started
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.gateways.record import never_began

#: What a code may look like at all: a deposit made by hand may have one that is not of this contract's form.
_CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


async def create_deposit(ctx: RequestContext) -> Response:
    """201 with the new deposit and how to pay it, or 200 with the one this Idempotency-Key made before, as it is now;
    one that its gateway never took uses no key up.

    Refuses: BodyUnreadable, FieldsForbidden, InputInvalid, what :func:`topping_up.compose` refuses,
    IdempotencyKeyReused, what :func:`top_up_started` refuses.
    """
    caller = authenticate(ctx, "create_order")
    wanted = topping_up.read_top_up(await ctx.json())
    attempt = topping_up.attempt(ctx, caller, wanted)

    async def compose() -> StartDeposit:
        return topping_up.compose(ctx, caller, wanted)

    outcome = await submit_once(ctx, attempt, compose, StartDeposit, void=never_began)
    methods, again = ctx.services.partners.payment_methods, outcome.replayed
    deposit = outcome.answer if again else await top_up_started(ctx, outcome.answer)
    data = wire_deposits.created_of(deposit, methods, ctx.base_url, ctx.now, idempotent=again)
    message, status = (wire_deposits.FOUND_AGAIN, 200) if again else (wire_deposits.CREATED, 201)
    return reply(wire.Success(data=data, message=message), status, replay_headers(outcome))


async def list_deposits(ctx: RequestContext) -> Response:
    """The newest deposits, newest first."""
    authenticate(ctx, "user_read")
    limit = list_limit(ctx.query.multi_items())
    found = await ctx.services.engine.deposits.page(ctx.scope, DepositFilter(), limit)
    methods = ctx.services.partners.payment_methods
    deposits = [wire_deposits.deposit_of(deposit, methods, ctx.base_url) for deposit in found]
    return reply(wire.Success(data={"deposits": deposits, "limit": limit}))


async def get_deposit(ctx: RequestContext) -> Response:
    """One deposit of the owner, and its invoice."""
    authenticate(ctx, "user_read")
    code = ctx.path_params["invoice"]
    deposit = await find_deposit(ctx, code)
    if deposit is None:
        raise NotFound("deposit", code)
    parts = {"deposit": wire_deposits.short_deposit_of(deposit), "invoice": wire_deposits.short_invoice_of(deposit)}
    return reply(wire.Success(data=parts))


async def find_deposit(ctx: RequestContext, code: str) -> Deposit | None:
    """The deposit with this code, if it is the caller's and of the token's environment."""
    return await ctx.services.engine.deposits.by_public_id(ctx.scope, code) if _CODE.fullmatch(code) else None
