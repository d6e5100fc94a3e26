"""The order endpoints: path → decode → engine → encode."""

from __future__ import annotations

import secrets

import msgspec
from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.doors.dialects.durianpay.auth import NAME, authenticate
from gerai.doors.dialects.durianpay.methods import CHARGE_TYPES, unfit
from gerai.doors.dialects.durianpay.order_details import order_details
from gerai.doors.dialects.durianpay.request import IDEMPOTENCY, NewCustomer, NewOrder, read_order
from gerai.doors.dialects.durianpay.request_lists import read_expand, read_page
from gerai.doors.dialects.durianpay.statuses import order_status
from gerai.doors.dialects.durianpay.wire.formats import is_order_id, new_id, new_link_code
from gerai.doors.dialects.durianpay.wire.order_answer import LIFETIME, created_answer, fetched_answer, order_entry
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.engine.command import Contact
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit.phones import canonical_phone


async def create_order(ctx: RequestContext) -> Response:
    """``POST /orders``. Refuses: BodyUnreadable, InputInvalid, NotFound (customer.id), IdempotencyKeyReused."""
    authenticate(ctx)
    wanted = read_order(await ctx.json(exact=True))

    async def compose() -> PlaceOrder:
        return _command(ctx, wanted, await _unused_link_code(ctx) if wanted.is_payment_link else "")

    attempt = IDEMPOTENCY.attempt(ctx, "create_order", "merchant", wanted)
    outcome = await submit_once(ctx, attempt, compose, PlaceOrder)
    view = outcome.answer.view
    # A new order is started, also when its expiry date has passed already.
    status = order_status(view, ctx.now) if outcome.replayed else "started"
    return reply({"data": created_answer(view, status)}, headers=replay_headers(outcome))


async def fetch_order(ctx: RequestContext) -> Response:
    """``GET /orders/{id}``, with ``expand``. Refuses: NotFound."""
    authenticate(ctx)
    view = await order_named(ctx, ctx.path_params["id"])
    return reply({"data": fetched_answer(view, read_expand(ctx.query.multi_items()), ctx.now)})


async def list_orders(ctx: RequestContext) -> Response:
    """``GET /orders``, newest first. ``count`` and ``total`` are the same figure (§19.2). Refuses: InputInvalid."""
    authenticate(ctx)
    page = read_page(ctx.query.multi_items())
    wanted = OrderFilter(created_from=page.since, created_until=page.until, skip=page.skip)
    orders = ctx.services.engine.orders
    entries = [order_entry(view, ctx.now) for view in await orders.page(ctx.scope, wanted, page.limit)]
    total = await orders.count(ctx.scope, wanted)
    return reply({"data": {"orders": entries or None, "count": total, "total": total}})


async def order_named(ctx: RequestContext, public_id: str) -> OrderView:
    """The caller's order with this identifier, whoever else may have one. NotFound."""
    view = None
    if is_order_id(public_id):
        view = await ctx.services.engine.orders.by_public_id(ctx.scope, public_id)
    if view is None:
        raise NotFound("order", public_id)
    return view


def _command(ctx: RequestContext, wanted: NewOrder, link_code: str) -> PlaceOrder:
    public_id = new_id("ord")
    return PlaceOrder(
        merchant_id=ctx.caller.merchant.merchant_id,
        environment=ctx.caller.environment,
        channel=NAME,
        key_id=ctx.caller.key_id,
        order_id=ctx.services.engine.ids.next(),
        public_id=public_id,
        # The number is what the short page address finds, so a payment link's code stands here.
        number=link_code or public_id,
        # The access token of the contract's answer: 64 hex digits, and the key to the hosted page.
        secret=secrets.token_hex(32),
        contact=_contact(wanted.customer),
        lines=_lines(wanted),
        total_sen=wanted.total_sen,
        funding="invoice",
        reference=wanted.order_ref_id,
        # Nothing is fulfilled here: the contract calls a paid order completed.
        after_payment="complete",
        payment_methods=tuple(_page_methods(ctx, wanted)),
        fee_bearer="payer" if wanted.admin_fee_method == "excluded" else "merchant",
        details=msgspec.to_builtins(order_details(wanted, link_code)),
        expires_at=wanted.expiry_date or ctx.now + LIFETIME,
    )


def _contact(customer: NewCustomer) -> Contact:
    names = (customer.given_name, customer.middle_name, customer.sur_name)
    return Contact(
        public_id=new_id("cus"),
        find_public_id=customer.id,
        email=customer.email,
        mobile=canonical_phone(customer.mobile) if customer.mobile else "",
        mobile_as_sent=customer.mobile,
        name=" ".join(name for name in names if name),
        reference=customer.customer_ref_id,
        details=dict(zip(("given_name", "middle_name", "sur_name"), names, strict=True)),
        address=customer.address or {},
    )


def _lines(wanted: NewOrder) -> tuple[NewLine, ...]:
    if not wanted.items:
        name = wanted.description or wanted.order_ref_id or "Order"
        return (NewLine("goods", 0, name, 1, wanted.amount_sen, wanted.amount_sen),)
    return tuple(NewLine("goods", 0, item.name, item.qty, item.price_sen, item.line_total_sen) for item in wanted.items)


def _page_methods(ctx: RequestContext, wanted: NewOrder) -> list[str]:
    """Every way to pay that a charge of this order would accept too: a method, or single channels of it."""
    found: list[str] = []
    option, items, address = wanted.payment_option, wanted.items, wanted.customer.address or {}
    for kind in CHARGE_TYPES:
        method = ctx.services.partners.payment_methods.get(kind.method)
        channels = [] if method is None else list(method.channels)
        fits = [channel for channel in channels if not unfit(kind.type, channel, option, items, address)]
        whole = bool(channels) and fits == channels
        found.extend([kind.method] if whole else [f"{kind.method}:{channel}" for channel in fits])
    return found


async def _unused_link_code(ctx: RequestContext) -> str:
    """A code no order has yet: the page at /payment/{code} has nothing else to go by."""
    while True:
        code = new_link_code()
        if not await ctx.services.engine.orders.by_link_code(NAME, code):
            return code
