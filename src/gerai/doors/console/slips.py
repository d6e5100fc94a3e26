"""Packing slips of several orders, each a label on a page of its own: who sends what to whom, by which courier, and
what is to be paid for it. An order that nothing may be sent for now has none, and is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from gerai.doors.console import answers
from gerai.doors.console.bulk import ids_of, shown_each
from gerai.doors.console.looking import desk_page
from gerai.doors.console.who import AtDesk
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.registry import look, views
from gerai.kit.code128 import bars_of
from gerai.merchant_settings import MerchantSettings

#: Each is read whole.
_MOST: Final = 100
#: What is paid when the parcel arrives.
_AT_THE_DOOR: Final = "cod"
_PAID: Final = frozenset({"paid", "settled", "held"})
_ENDED: Final = frozenset({"cancelled", "expired", "failed", "returned", "closed"})


@dataclass(frozen=True)
class Sender:
    """Who sends it, as it stands on a label; ``lines``: where from."""

    name: str
    phone: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Slip:
    """A label. ``courier``: with its service; ``bars`` and ``width``: of its number, nothing where it has none;
    ``due_sen``: what the courier takes from the buyer, 0: it is paid."""

    order: Any
    sender: Sender
    courier: str
    bars: list[tuple[int, int]]
    width: int
    due_sen: int


async def slips_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """The slips of the orders that the address names, the first hundred. Refuses PermissionMissing."""
    desk.caller.require(views()["orders.show"].permission)
    ids, words = ids_of(ctx.query.getlist("id")), answers.words_for(ctx)
    orders = await shown_each(desk, "orders", ids[:_MOST])
    senders, shop = await _warehouses(desk), _shop(desk)
    kept = [(order, why_not(order)) for order in orders]
    return desk_page(
        ctx, desk, "slips.html", "orders", title=words("slips"), left=len(ids[_MOST:]),
        slips=[_slip(order, senders.get(order.parcel.warehouse, shop)) for order, why in kept if not why],
        without=[(order, why) for order, why in kept if why], back=f"{desk.base}/orders",
    )  # fmt: skip


def why_not(order: Any) -> str:
    """Why nothing is to be sent for an order now: it ended, it has no parcel, or nobody has paid it nor will at the
    door; empty: it is to be sent, or was."""
    if order.status in _ENDED:
        return "ended"
    if order.parcel is None:
        return "no_parcel"
    return "" if order.payment_status in _PAID or order.method == _AT_THE_DOOR else "unpaid"


def _slip(order: Any, sender: Sender) -> Slip:
    parcel = order.parcel
    bars, width = bars_of(parcel.receipt)
    due = order.total_sen if order.method == _AT_THE_DOOR and order.payment_status not in _PAID else 0
    courier = (parcel.agreed or f"{parcel.courier} {parcel.service}").strip().upper()
    return Slip(order, sender, courier, bars, width, due)


async def _warehouses(desk: AtDesk) -> Mapping[int, Sender]:
    """Who sends from each warehouse; none for whoever may not see them."""
    view = views()["warehouses.list"]
    if not desk.may(view.permission):
        return {}
    rows: list[Any] = [*(await look(view, desk.within, view.filter(), desk.caller)).rows]
    shop = _shop(desk)
    return {
        row.id: Sender(
            desk.merchant.name, row.contact_phone or shop.phone,
            tuple(filter(None, (row.address, f"{row.district} {row.postal_code}".strip()))) or shop.lines,
        )
        for row in rows
    }  # fmt: skip


def _shop(desk: AtDesk) -> Sender:
    """Who sends what no warehouse is known for: the shop, as its order pages have it."""
    chosen = desk.merchant.chosen.of(MerchantSettings)
    return Sender(desk.merchant.name, chosen.shop_contact, tuple(filter(None, (chosen.shop_address,))))
