"""The services that can be ordered."""

from __future__ import annotations

from starlette.responses import Response

from gerai.doors.dialects.cekceir import request, wire
from gerai.doors.dialects.cekceir.auth import authenticate
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.engine.catalogue.services import SERVICES


async def list_services(ctx: RequestContext) -> Response:
    """A page of services by id, switched off ones too. InputInvalid (query)."""
    caller = authenticate(ctx, "service.list")
    page = request.page_query(ctx.query.multi_items())
    catalogue = ctx.services.engine.directory.get(SERVICES, caller.merchant_id)
    if page.cursor is not None and page.cursor not in catalogue.by_id:
        raise request.foreign_cursor()
    found = catalogue.page(page.cursor or 0, page.limit + 1)
    items = [wire.service_item(service, catalogue.types[service.type_id]) for service in found[: page.limit]]
    return reply(wire.page(items, found[page.limit - 1].service_id if len(found) > page.limit else None))


async def get_service(ctx: RequestContext) -> Response:
    """One service by number or code, with its price. NotFound."""
    caller = authenticate(ctx, "service.read_detail")
    catalogue = ctx.services.engine.directory.get(SERVICES, caller.merchant_id)
    service = catalogue.named(ctx.path_params["id"])
    return reply({"data": wire.service_detail(service, catalogue.types[service.type_id])})
