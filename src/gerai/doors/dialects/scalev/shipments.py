"""An order's parcel: its number, where it is, who books it (contract §11.6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from starlette.responses import Response

from gerai.doors.dialects.scalev.auth import authenticate, form_of
from gerai.doors.dialects.scalev.order_details import CHANNEL
from gerai.doors.dialects.scalev.orders import order_of_path, whole_orders
from gerai.doors.dialects.scalev.request_shipment import ShipmentReport, revised_details
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Endpoint, reply
from gerai.doors.http.fields import Fields
from gerai.engine.shipping.record import RecordShipment


def recording(read: Callable[[Fields], ShipmentReport]) -> Endpoint:
    """An endpoint that records what ``read`` finds in the body, and returns the whole order."""

    async def endpoint(ctx: RequestContext) -> Response:
        caller = authenticate(ctx, "order:update")
        reported = read(form_of(await ctx.json(exact=True)))
        view = await order_of_path(ctx)
        command = RecordShipment(
            merchant_id=caller.merchant.merchant_id,
            environment=caller.environment,
            channel=CHANNEL,
            order_id=view.order.order_id,
            receipt=reported.receipt,
            aggregator=reported.aggregator,
            revise=partial(revised_details, reported),
            words=reported.words,
            status=reported.status,
            description=reported.description,
            at=reported.at,
        )
        outcome = await ctx.services.engine.submit(command)
        changed = msgspec.structs.replace(outcome.answer, member=view.member)
        [body] = await whole_orders(ctx, [changed])
        return reply(body)

    return endpoint
