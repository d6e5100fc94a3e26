"""Path → decode → engine → encode. Nothing is decided here."""

from __future__ import annotations

from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.domain.refusals import BodyUnreadable, NotFound, PermissionMissing
from gerai.doors.dialects.cekceir import request, wire
from gerai.doors.dialects.cekceir.ordering import CHANNEL, place
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Route, reply
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.directory import KeyFacts
from gerai.engine.fulfilment import balances

#: Requests per minute of keys that have a limit but do not say which.
_PER_MINUTE = 60


def admit(ctx: RequestContext, permission: str) -> tuple[KeyFacts, int]:
    """The key and its member's id. NotAuthenticated, RateLimited, PermissionMissing (also when the account is not
    active)."""
    key = ctx.authenticate(ctx.bearer(), CHANNEL)
    ctx.limit("requests", _PER_MINUTE)
    if permission not in key.permissions:
        raise PermissionMissing(permission)
    if key.member is None or key.member.status != "active":
        raise PermissionMissing("account.active")
    return key, key.member.member_id


async def list_services(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "service.list")
    limit, cursor = request.page_query(ctx.query)
    catalogue = ctx.services.engine.directory.get(SERVICES, key.merchant.merchant_id)
    found = catalogue.page(cursor or 0, limit + 1)
    items = [wire.service_item(service, catalogue.types[service.type_id]) for service in found[:limit]]
    return reply(wire.page(items, found[limit - 1].service_id if len(found) > limit else None))


async def get_service(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "service.read_detail")
    catalogue = ctx.services.engine.directory.get(SERVICES, key.merchant.merchant_id)
    service = catalogue.named(ctx.path_params["id"])
    return reply({"data": wire.service_detail(service, catalogue.types[service.type_id])})


async def create_order(ctx: RequestContext) -> Response:
    key, member_id = admit(ctx, "order.create")
    content_type = ctx.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise BodyUnreadable("not_json")
    body = request.new_order(await ctx.json())
    idempotency_key = request.idempotency_key(ctx.headers.get("idempotency-key"))
    placed = await place(ctx.services, key, member_id, body, idempotency_key)
    answer = wire.order_body(placed.view, placed.balances)
    headers = {"Idempotency-Replayed": "true"} if placed.replayed else None
    return reply(answer, wire.HTTP_STATUS[answer.status], headers)


async def list_orders(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "order.list")
    query = request.list_query(ctx.query)
    if query.states == ():
        return reply(wire.page([], None))
    details = {"processing_type": query.processing_type, "service_code": query.service_code}
    wanted = OrderFilter(
        statuses=query.states or (),
        search=query.text or "",
        details={name: value for name, value in details.items() if value is not None} or None,
        created_from=query.created_from,
        created_until=query.created_until,
        before_id=query.cursor,
    )
    found = await ctx.services.engine.orders.page(ctx.scope, wanted, query.limit + 1)
    items = await _reads(ctx, key, found[: query.limit])
    return reply(wire.page(items, items[-1].order_id if len(found) > query.limit else None))


async def get_order(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "order.read")
    order_id = request.order_id(ctx.path_params["id"])
    view = await ctx.services.engine.orders.by_public_id(ctx.scope, str(order_id))
    if view is None:
        raise NotFound("order", str(order_id))
    [read] = await _reads(ctx, key, [view])
    return reply({"data": read})


async def get_me(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "user.me.read")
    return reply(wire.me(key, ctx.now))


async def get_wallet(ctx: RequestContext) -> Response:
    key, _ = admit(ctx, "wallet.balance.read")
    account = await ctx.services.engine.wallets.balance(key.merchant.merchant_id, key.account_id)
    return reply(wire.wallet_snap(account))


async def _reads(ctx: RequestContext, key: KeyFacts, views: list[OrderView]) -> list[wire.OrderRead]:
    """Orders as reads show them, with their ledger figures and histories: two queries however many they are."""
    engine, merchant_id = ctx.services.engine, key.merchant.merchant_id
    ids = [view.order.order_id for view in views]
    figures = await balances.of_orders(engine, merchant_id, ids)
    events = await engine.events.of_orders(merchant_id, ids)
    return [
        wire.order_read(
            view,
            figures[view.order.order_id],
            [event for event in events if event.order_id == view.order.order_id],
        )
        for view in views
    ]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/services", list_services),
    Route("GET", "/api/services/{id}", get_service),
    Route("POST", "/api/order", create_order),
    Route("GET", "/api/order", list_orders),
    Route("GET", "/api/order/{id}", get_order),
    Route("GET", "/api/order/{id}/status", get_order),
    Route("GET", "/api/me", get_me),
    Route("GET", "/api/wallet/snap", get_wallet),
)
