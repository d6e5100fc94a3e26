"""Path → read → engine → answer, for the reads of this contract; creating an order has a module of its own."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import Account, Deposit, OrderView
from gerai.domain.refusals import NotAuthenticated, NotFound
from gerai.doors.dialects.leuwongrr import wire, wire_deposits
from gerai.doors.dialects.leuwongrr.caller import LIMITS, Caller, authenticate
from gerai.doors.dialects.leuwongrr.create import create_order
from gerai.doors.dialects.leuwongrr.deposits import find_deposit, my_deposit, my_deposits
from gerai.doors.dialects.leuwongrr.pricing import wall_time, zoned_time
from gerai.doors.dialects.leuwongrr.refusals import UNAUTHORIZED_VALIDATE
from gerai.doors.dialects.leuwongrr.request import list_limit
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route, reply

BASE: Final = "/api/v1"
_CODE = re.compile(r"(?:SBX-)?INV[0-9]{17,40}")
_NEXT_STEPS: Final = [
    "GET /api/v1/me",
    "GET /api/v1/me/balance",
    "POST /api/v1/me/orders",
    "GET /api/v1/me/invoices/{invoice}/status",
]


async def health(ctx: RequestContext) -> Response:
    """Whether the API is up. Public; limited by address."""
    ctx.limit("public_read", LIMITS["public_read"])
    return reply(wire.Success(data={"service": "LeuwongRR REST API v1", "enabled": True}))


async def validate(ctx: RequestContext) -> Response:
    """What the token is good for. Its 401 has a text of its own (contract §2)."""
    try:
        caller = authenticate(ctx, "token_validate")
    except NotAuthenticated:
        return reply({"success": False, "message": UNAUTHORIZED_VALIDATE}, 401)
    key, member = caller
    owned = await _wallet(ctx, caller)
    token = {
        "name": key.name,
        "prefix": key.prefix,
        "environment": key.environment,
        "last_used_at": wall_time(ctx.now),
    }
    user = {
        "id": member.member_id,
        "name": member.name,
        "email": wire.masked(member.email),
        "status": member.status,
        "balance": wire.balance_of(owned.available_sen)["amount"],
        "currency": "IDR",
    }
    report = {"valid": True, "connected": True, "base_url": ctx.base_url + BASE, "token": token, "user": user}
    return reply(wire.Success(data=report | {"next_steps": _NEXT_STEPS}))


async def me(ctx: RequestContext) -> Response:
    """The owner of the token."""
    member = authenticate(ctx, "user_read").member
    return reply(wire.Success(data={"user": {"id": member.member_id, "name": member.name, "email": member.email}}))


async def my_balance(ctx: RequestContext) -> Response:
    """The wallet of the token's environment."""
    owned = await _wallet(ctx, authenticate(ctx, "user_read"))
    answer = {"balance": wire.balance_of(owned.available_sen), "updated_at": zoned_time(owned.updated_at)}
    return reply(wire.Success(data=answer))


async def my_orders(ctx: RequestContext) -> Response:
    """The newest orders, newest first."""
    authenticate(ctx, "user_read")
    limit = list_limit(ctx.query.get("limit"))
    found = await ctx.services.engine.orders.page(ctx.scope, OrderFilter(), limit)
    orders = [wire.order_of(view, ctx.base_url) for view in found]
    return reply(wire.Success(data={"orders": orders, "limit": limit}))


async def my_order(ctx: RequestContext) -> Response:
    """One order of the owner."""
    authenticate(ctx, "user_read")
    code = ctx.path_params["invoice"]
    found = await _order(ctx, code)
    if found is None:
        raise NotFound("order", code)
    return reply(wire.Success(data={"order": wire.order_of(found, ctx.base_url)}))


async def my_invoice(ctx: RequestContext) -> Response:
    """One invoice of the owner, of an order or of a deposit."""
    found = await _invoice(ctx)
    of_order = isinstance(found, OrderView)
    whole = wire.invoice_of(found, ctx.base_url) if of_order else wire_deposits.invoice_of(found, ctx.base_url)
    return reply(wire.Success(data={"invoice": whole}))


async def my_invoice_status(ctx: RequestContext) -> Response:
    """The same in short, for polling."""
    found = await _invoice(ctx)
    of_order = isinstance(found, OrderView)
    short = wire.short_invoice_of(found) if of_order else wire_deposits.short_invoice_of(found)
    return reply(wire.Success(data={"invoice": short}))


async def _invoice(ctx: RequestContext) -> OrderView | Deposit:
    """What the code in the path stands for, if it is the owner's and of the token's environment. NotFound else."""
    authenticate(ctx, "user_read")
    code = ctx.path_params["invoice"]
    found = await _order(ctx, code) or await find_deposit(ctx, code)
    if found is None:
        raise NotFound("invoice", code)
    return found


async def _order(ctx: RequestContext, code: str) -> OrderView | None:
    """The order with this code, if it is the caller's and of the token's environment."""
    return await ctx.services.engine.orders.by_public_id(ctx.scope, code) if _CODE.fullmatch(code) else None


async def _wallet(ctx: RequestContext, caller: Caller) -> Account:
    return await ctx.services.engine.wallets.balance(caller.key.merchant.merchant_id, caller.key.account_id)


ROUTES: Final = (
    Route("GET", f"{BASE}/health", health),
    Route("POST", f"{BASE}/auth/token/validate", validate),
    Route("GET", f"{BASE}/me", me),
    Route("GET", f"{BASE}/me/balance", my_balance),
    Route("GET", f"{BASE}/me/orders", my_orders),
    Route("POST", f"{BASE}/me/orders", create_order),
    Route("GET", f"{BASE}/me/orders/{{invoice}}", my_order),
    Route("GET", f"{BASE}/me/invoices/{{invoice}}", my_invoice),
    Route("GET", f"{BASE}/me/invoices/{{invoice}}/status", my_invoice_status),
    Route("GET", f"{BASE}/me/deposits", my_deposits),
    Route("GET", f"{BASE}/me/deposits/{{invoice}}", my_deposit),
)
