"""Packing slips of several orders, each on a page of its own: what goes into the parcel, and where that goes."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from gerai.doors.console import answers
from gerai.doors.console.bulk import ids_of, shown_each
from gerai.doors.console.looking import desk_page
from gerai.doors.console.who import AtDesk
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.registry import views

#: Each is read whole.
_MOST: Final = 100


async def slips_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The slips of the orders that the address names, the first hundred. Refuses PermissionMissing."""
    desk.caller.require(views()["orders.show"].permission)
    ids, words = ids_of(ctx.query.getlist("id")), answers.words_for(ctx)
    orders = await shown_each(desk, "orders", ids[:_MOST])
    return desk_page(
        ctx, desk, "slips.html", "orders", title=words("slips"), orders=orders, left=len(ids[_MOST:]),
        back=f"{desk.base}/orders",
    )  # fmt: skip
