"""Orders: placing, reading, listing."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.domain.search import SearchField, names
from gerai.doors.dialects.cekceir import request, wire
from gerai.doors.dialects.cekceir.auth import authenticate
from gerai.doors.dialects.cekceir.order_details import OrderDetails
from gerai.doors.dialects.cekceir.placing import Placing
from gerai.doors.dialects.cekceir.request import IDEMPOTENCY
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.fulfilment import balances
from gerai.engine.orders.place import PlaceOrder

#: What ``q`` is looked for in, besides the services' names.
_FOUND_BY: Final[tuple[SearchField, ...]] = ("number", "work")


async def create_order(ctx: RequestContext) -> Response:
    """The flat order, whatever became of it: 201 pending, 200 success, 207 partial, 503 failed.

    Refuses before there is an order: what :meth:`Placing.command` refuses, InsufficientFunds, IdempotencyKeyReused.
    """
    caller = authenticate(ctx, "order.create")
    wanted = await request.read_order(ctx)
    attempt = IDEMPOTENCY.attempt(ctx, "create_order", caller.owner, wanted)
    placing = Placing(ctx, caller, wanted)
    outcome = await submit_once(ctx, attempt, placing.command, PlaceOrder)
    view, before_sen = await placing.result(outcome)
    answer = wire.order_body(view, before_sen)
    return reply(answer, wire.HTTP_STATUS[answer.status], replay_headers(outcome))


async def list_orders(ctx: RequestContext) -> Response:
    """The account's orders, newest first. InputInvalid (query), for a filter that is not served too."""
    caller = authenticate(ctx, "order.list")
    query = request.list_query(ctx.query.multi_items())
    cursor = query.page.cursor
    if cursor is not None and await ctx.services.engine.orders.by_public_id(ctx.scope, str(cursor)) is None:
        raise request.foreign_cursor()
    # States of the contract that no order here can have: nothing to look for.
    if query.states == ():
        return reply(wire.page([], None))
    wanted = OrderFilter(
        statuses=query.states or (),
        search=query.text,
        search_fields=_FOUND_BY,
        search_labels=_services_named(ctx, caller.merchant_id, query.text),
        labels=OrderDetails(query.service_code, query.processing_type).labels(),
        created_from=query.created_from,
        created_until=query.created_until,
        before_id=cursor,
    )
    limit = query.page.limit
    # One more than is shown: whether there is a next page, without counting.
    found = await ctx.services.engine.orders.page(ctx.scope, wanted, limit + 1)
    items = await _reads(ctx, caller.merchant_id, found[:limit])
    return reply(wire.page(items, items[-1].order_id if len(found) > limit else None))


def _services_named(ctx: RequestContext, merchant_id: int, text: str) -> tuple[tuple[str, str], ...]:
    """The labels of orders for services whose name has these words."""
    catalogue = ctx.services.engine.directory.get(SERVICES, merchant_id)
    found = [service.code for service in catalogue.by_id.values() if text and names(text, service.name)]
    return tuple(label for code in found for label in OrderDetails(service_code=code).labels().items())


async def get_order(ctx: RequestContext) -> Response:
    """One order of the account. NotFound, InputInvalid (params)."""
    caller = authenticate(ctx, "order.read")
    order_id = request.id_in_path(ctx.path_params["id"])
    view = await ctx.services.engine.orders.by_public_id(ctx.scope, str(order_id))
    if view is None:
        raise NotFound("order", str(order_id))
    [read] = await _reads(ctx, caller.merchant_id, [view])
    return reply({"data": read})


async def _reads(ctx: RequestContext, merchant_id: int, views: list[OrderView]) -> list[wire.OrderRead]:
    """Orders as reads show them, with what their wallet had before them and their histories: two queries however many
    they are."""
    engine = ctx.services.engine
    ids = [view.order.order_id for view in views]
    before = await balances.before_orders(engine, merchant_id, ids)
    events = await engine.events.of_orders(merchant_id, ids)
    return [
        wire.order_read(
            view,
            before[view.order.order_id],
            [event for event in events if event.order_id == view.order.order_id],
        )
        for view in views
    ]
