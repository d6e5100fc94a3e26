"""Who the key speaks for, and what its wallet holds."""

from __future__ import annotations

from starlette.responses import Response

from gerai.doors.dialects.cekceir import wire
from gerai.doors.dialects.cekceir.auth import authenticate
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply


async def get_me(ctx: RequestContext) -> Response:
    """The account and what the key may do."""
    return reply(wire.me(authenticate(ctx, "user.me.read").key, ctx.now))


async def get_wallet(ctx: RequestContext) -> Response:
    """What can be spent, and what open orders hold."""
    caller = authenticate(ctx, "wallet.balance.read")
    account = await ctx.services.engine.wallets.balance(caller.merchant_id, caller.key.account_id)
    return reply(wire.wallet_snap(account))
