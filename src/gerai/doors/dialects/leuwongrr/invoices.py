"""Invoices of the token's owner: each belongs to an order or to a deposit."""

from __future__ import annotations

from starlette.responses import Response

from gerai.domain.records import Deposit, OrderView
from gerai.domain.refusals import NotFound
from gerai.doors.dialects.leuwongrr import wire, wire_deposits
from gerai.doors.dialects.leuwongrr.auth import authenticate
from gerai.doors.dialects.leuwongrr.deposits import find_deposit
from gerai.doors.dialects.leuwongrr.orders import find_order
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply


async def get_invoice(ctx: RequestContext) -> Response:
    """One invoice. NotFound."""
    found = await _invoice(ctx)
    methods, base_url, now = ctx.services.partners.payment_methods, ctx.base_url, ctx.now
    if isinstance(found, OrderView):
        return reply(wire.Success(data={"invoice": wire.invoice_of(found, methods, base_url, now)}))
    return reply(wire.Success(data={"invoice": wire_deposits.invoice_of(found, methods, base_url, now)}))


async def get_invoice_status(ctx: RequestContext) -> Response:
    """The same in short, for polling. NotFound."""
    found = await _invoice(ctx)
    of_order = isinstance(found, OrderView)
    short = wire.short_invoice_of(found) if of_order else wire_deposits.short_invoice_of(found)
    return reply(wire.Success(data={"invoice": short}))


async def _invoice(ctx: RequestContext) -> OrderView | Deposit:
    """What the code in the path stands for, if it is the owner's and of the token's environment."""
    authenticate(ctx, "user_read")
    code = ctx.path_params["invoice"]
    found = await find_order(ctx, code) or await find_deposit(ctx, code)
    if found is None:
        raise NotFound("invoice", code)
    return found
