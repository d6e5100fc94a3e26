"""An order's parcel: its number, where it is, who books it (contract §11.6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from starlette.responses import Response

from gerai.domain.records import OrderView
from gerai.doors.dialects.scalev.auth import authenticate, form_of, storefront
from gerai.doors.dialects.scalev.order_details import CHANNEL, details_of
from gerai.doors.dialects.scalev.order_parcel import note_foreign_provider
from gerai.doors.dialects.scalev.orders import order_of_path, whole_orders
from gerai.doors.dialects.scalev.request_shipment import ShipmentReport, revised_details
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Endpoint, reply
from gerai.doors.http.fields import Fields
from gerai.engine.shipping.record import RecordShipment


def _check_provider(ctx: RequestContext, view: OrderView, reported: ShipmentReport, form: Fields) -> None:
    """InputInvalid when the parcel's courier service is booked by somebody else, as when an order is placed. A service
    that is not sold any more is nobody's to say."""
    agreed = details_of(view.order).shipping
    service = storefront(ctx).rates.services.get(agreed.service_id) if agreed is not None else None
    if service is not None:
        note_foreign_provider(reported.aggregator, service, form)
        form.check()


def recording(read: Callable[[Fields], ShipmentReport]) -> Endpoint:
    """An endpoint that records what ``read`` finds in the body, and returns the whole order."""

    async def endpoint(ctx: RequestContext) -> Response:
        caller = authenticate(ctx, "order:update")
        form = form_of(await ctx.json(exact=True))
        reported = read(form)
        view = await order_of_path(ctx)
        _check_provider(ctx, view, reported, form)
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
