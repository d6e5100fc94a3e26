"""An order that was placed with its payment: what the payer must see, where a gateway takes it."""

from __future__ import annotations

from gerai.domain.records import OrderView
from gerai.domain.refusals import MethodUnavailable, PartnerUnavailable
from gerai.doors.http.context import RequestContext


async def charged(ctx: RequestContext, view: OrderView) -> OrderView:
    """A new order with what its payer must see; its gateway is asked, if it has one. A gateway that cannot take the
    payment does not undo the order: its payer pays on the page. While nobody knows whether it was started there, the
    payment stays open, and what is found later is shown then."""
    for payment in view.payments:
        try:
            return await ctx.services.gateways.started(view, payment.payment_id)
        except (MethodUnavailable, PartnerUnavailable):
            return await ctx.services.engine.orders.as_now(view.order)
    return view
