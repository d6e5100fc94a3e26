"""An order's parcel: its number, where it is, who books it (contract §11.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from starlette.responses import Response

from gerai.doors.dialects.scalev.facts import CHANNEL
from gerai.doors.dialects.scalev.gate import admit
from gerai.doors.dialects.scalev.reading import Reader, body_object
from gerai.doors.dialects.scalev.routes_orders import order_of_path, whole_orders
from gerai.doors.dialects.scalev.tracking import Said, read_receipt, read_shipment, read_status, with_new_waybill
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Endpoint, Route, reply
from gerai.engine.shipping.record import RecordShipment


def saying(read: Callable[[Reader], Said]) -> Endpoint:
    """An endpoint that records what ``read`` finds in the body, and answers the whole order."""

    async def endpoint(ctx: RequestContext) -> Response:
        caller = admit(ctx, "order:update")
        said = read(body_object(await ctx.json(exact=True)))
        view = await order_of_path(ctx)
        command = RecordShipment(
            merchant_id=caller.merchant.merchant_id,
            environment=caller.environment,
            channel=CHANNEL,
            order_id=view.order.order_id,
            **msgspec.structs.asdict(with_new_waybill(said, view.shipment)),
        )
        outcome = await ctx.services.engine.submit(command)
        changed = msgspec.structs.replace(outcome.answer, member=view.member)
        [body] = await whole_orders(ctx, [changed])
        return reply(body)

    return endpoint


ROUTES: Final = (
    Route("PATCH", "/v3/orders/{order_id}/shipment-receipt", saying(read_receipt)),
    Route("POST", "/v3/orders/{order_id}/shipment-status-history", saying(read_status)),
    Route("PATCH", "/v3/orders/{order_id}/shipment", saying(read_shipment)),
)
