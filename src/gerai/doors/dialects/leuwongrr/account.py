"""Whether the API is up, what a token is good for, whose it is, and what the owner's wallet holds."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from gerai.domain.records import Account
from gerai.domain.refusals import NotAuthenticated
from gerai.doors.dialects.leuwongrr import wire
from gerai.doors.dialects.leuwongrr.auth import LIMITS, Caller, authenticate
from gerai.doors.dialects.leuwongrr.errors import UNAUTHORIZED_VALIDATE
from gerai.doors.dialects.leuwongrr.keys import PREFIXES
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.times import jakarta_rfc3339, jakarta_wall

BASE: Final = "/api/v1"
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
    key, member = caller.key, caller.member
    owned = await _wallet(ctx, caller)
    token = {
        "name": key.name,
        "prefix": PREFIXES[key.environment],
        "environment": key.environment,
        "last_used_at": jakarta_wall(ctx.now),
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


async def get_me(ctx: RequestContext) -> Response:
    """The owner of the token."""
    member = authenticate(ctx, "user_read").member
    return reply(wire.Success(data={"user": {"id": member.member_id, "name": member.name, "email": member.email}}))


async def get_balance(ctx: RequestContext) -> Response:
    """The wallet of the token's environment."""
    owned = await _wallet(ctx, authenticate(ctx, "user_read"))
    answer = {"balance": wire.balance_of(owned.available_sen), "updated_at": jakarta_rfc3339(owned.updated_at)}
    return reply(wire.Success(data=answer))


async def _wallet(ctx: RequestContext, caller: Caller) -> Account:
    return await ctx.services.engine.wallets.balance(caller.key.merchant.merchant_id, caller.key.account_id)
