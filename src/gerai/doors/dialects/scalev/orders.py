"""Orders: placing, reading, listing, changing their status (contract §9 to §11)."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from gerai.domain.records import OrderView
from gerai.domain.refusals import MethodUnavailable, NotFound
from gerai.doors.dialects.scalev import wire
from gerai.doors.dialects.scalev.auth import authenticate, business, form_of, query_of, storefront
from gerai.doors.dialects.scalev.charging import with_payment
from gerai.doors.dialects.scalev.order_details import CHANNEL, details_of, revised_with_noted
from gerai.doors.dialects.scalev.order_history import placed_history, read_history
from gerai.doors.dialects.scalev.paging import bare, list_mark, paginated, read_page
from gerai.doors.dialects.scalev.placing import Identity, PlacingContext, compose
from gerai.doors.dialects.scalev.request import IDEMPOTENCY, NewOrder, read_order
from gerai.doors.dialects.scalev.request_lists import find_page, read_order_query
from gerai.doors.dialects.scalev.request_status import read_change
from gerai.doors.http.charging import charged
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.engine.catalogue.products import Store
from gerai.engine.command import Idempotency, Outcome
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.place import Placed, PlaceOrder
from gerai.engine.payments.offered import offered_channels
from gerai.kit.ids import token, uuid7

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


async def create_order(ctx: RequestContext) -> Response:
    """Place an order; 200 with the whole order (§9, §16). A replay shows it as it is now."""
    authenticate(ctx, "order:create")
    wanted = read_order(form_of(await ctx.json(exact=True)))
    attempt = IDEMPOTENCY.attempt(ctx, "orders.create", "merchant", wanted)

    outcome = await _placed_once(ctx, wanted, attempt)
    if outcome.replayed:
        [body] = await whole_orders(ctx, [outcome.answer.view])
    else:
        view = await charged(ctx, outcome.answer.view)
        owner, store = business(ctx.caller.merchant), _store(ctx, view)
        body = wire.order(view, placed_history(view.order), owner, ctx.base_url, ctx.now, store)
    return reply(body, headers=replay_headers(outcome))


async def _placed_once(ctx: RequestContext, wanted: NewOrder, attempt: Idempotency | None) -> Outcome[Placed]:
    """The order, with the payment it asks for, or the one that the request's key made before."""
    context, partners = _context(ctx, wanted), ctx.services.partners

    async def plain() -> PlaceOrder:
        return compose(wanted, context, lambda: _identity(ctx))

    async def paid() -> PlaceOrder:
        merchant, ids = ctx.caller.merchant, ctx.services.engine.ids
        return with_payment(await plain(), ids, merchant, partners.payment_methods, context.channels)

    try:
        return await submit_once(ctx, attempt, paid, PlaceOrder)
    except MethodUnavailable:
        # The seller's own account was closed in this moment: the order waits, and is paid on its page.
        return await submit_once(ctx, attempt, plain, PlaceOrder)


def _context(ctx: RequestContext, wanted: NewOrder) -> PlacingContext:
    sold, caller, methods = storefront(ctx), ctx.caller, ctx.services.partners.payment_methods
    return PlacingContext(
        merchant_id=caller.merchant.merchant_id,
        environment=caller.environment,
        key_id=caller.key_id,
        now=ctx.now,
        catalogue=sold.catalogue,
        districts=sold.districts,
        rates=sold.rates,
        channels=offered_channels(methods, caller.merchant, caller.environment, wanted.payer),
        collected=partial(offered_channels, methods, caller.merchant, caller.environment),
        luck=secrets.randbelow(10**9),
    )


def _identity(ctx: RequestContext) -> Identity:
    now_s = ctx.now.timestamp()
    return Identity(ctx.services.engine.ids.next(), str(uuid7(now_s)), token(30), str(uuid7(now_s)))


async def get_order(ctx: RequestContext) -> Response:
    """One order by its UUID."""
    authenticate(ctx, "order:read")
    [body] = await whole_orders(ctx, [await order_of_path(ctx)])
    return reply(body)


async def order_of_path(ctx: RequestContext) -> OrderView:
    """The caller's order that the path names. NotFound."""
    order_id, view = ctx.path_params["order_id"].lower(), None
    if _UUID.fullmatch(order_id):
        view = await ctx.services.engine.orders.by_public_id(ctx.scope, order_id)
    if view is None:
        raise NotFound("order")
    return view


async def list_orders(ctx: RequestContext) -> Response:
    """Orders, newest first; ``columns`` picks fields of each."""
    authenticate(ctx, "order:list")
    query = query_of(ctx)
    named = [name for name, _ in ctx.query.multi_items()]
    asked = read_order_query(query, named, storefront(ctx).catalogue)
    page = read_page(query, list_mark(ctx.scope, "orders", asked.wanted))
    found = await find_page(ctx.services.engine, ctx.scope, asked.wanted, page)
    shown = await whole_orders(ctx, found.views)
    if wanted := asked.columns:
        shown = [{name: value for name, value in o.items() if name in wanted or name == "id"} for o in shown]
    older = found.views[-1].order.order_id if found.older else None
    newer = found.views[0].order.order_id if found.newer else None
    return reply(paginated(shown, page, older, newer))


async def whole_orders(ctx: RequestContext, views: list[OrderView]) -> list[dict[str, Any]]:
    """Orders with their histories, one question for all."""
    merchant = ctx.caller.merchant
    ids = [view.order.order_id for view in views]
    events = await ctx.services.engine.events.of_orders(merchant.merchant_id, ids) if ids else []
    owner, base_url, now = business(merchant), ctx.base_url, ctx.now
    shown: list[dict[str, Any]] = []
    for view in views:
        history = read_history([event for event in events if event.order_id == view.order.order_id])
        shown.append(wire.order(view, history, owner, base_url, now, _store(ctx, view)))
    return shown


def _store(ctx: RequestContext, view: OrderView) -> Store | None:
    """The order's store as it is now."""
    return storefront(ctx).catalogue.stores.get(details_of(view.order).store.id)


async def change_status(ctx: RequestContext) -> Response:
    """Take orders to a status, or their payments, or both; all of them or none (§11.4)."""
    caller = authenticate(ctx, "order:change_status")
    change = read_change(form_of(await ctx.json(exact=True)))
    chosen = await _chosen(ctx, change.ids)
    command = ChangeStatus(
        merchant_id=caller.merchant.merchant_id,
        environment=caller.environment,
        channel=CHANNEL,
        order_ids=tuple(view.order.order_id for view in chosen),
        target=change.target,
        payment=change.payment,
        method=change.method,
        by=change.by,
        noted=change.noted,
        revise=partial(revised_with_noted, change.noted) if change.noted else None,
        completed_by_settling=frozenset(v.order.order_id for v in chosen if _completes_when_settled(v)),
        open_for=_open_for(ctx, chosen),
    )
    outcome = await ctx.services.engine.submit(command)
    return reply(bare([wire.changed_order(view, ctx.base_url) for view in outcome.answer]))


async def _chosen(ctx: RequestContext, ids: list[str]) -> list[OrderView]:
    """The orders with these ids, each once, in the order they were named. NotFound names every unknown one."""
    # Each once: an order named twice must not be moved twice.
    wanted = list(dict.fromkeys(order_id.lower() for order_id in ids))
    views = await ctx.services.engine.orders.by_public_ids(ctx.scope, [i for i in wanted if _UUID.fullmatch(i)])
    by_id = {view.order.public_id: view for view in views}
    if unknown := [order_id for order_id in wanted if order_id not in by_id]:
        raise NotFound("order", unknown[0], tuple(unknown[1:]))
    return [by_id[order_id] for order_id in wanted]


def _open_for(ctx: RequestContext, chosen: list[OrderView]) -> dict[int, timedelta]:
    """How long each of these may wait for its money from now on, by its store's setting as it is now; those of a store
    that lets none expire are missing."""
    stores = {view.order.order_id: _store(ctx, view) for view in chosen}
    return {
        order_id: store.settings.open_for
        for order_id, store in stores.items()
        if store is not None and store.settings.open_for is not None
    }


def _completes_when_settled(view: OrderView) -> bool:
    facts = details_of(view.order)
    return facts.shipping is None and facts.store.digital_completion == "when_settled"
