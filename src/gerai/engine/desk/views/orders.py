"""Orders of all doors, newest first."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.engine.desk.days import since_of, until_of
from gerai.engine.desk.fields import LARGEST_PAGE, Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door
from gerai.engine.desk.orders import OrderRow, OrderStatus, row_of
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import merchant_orders, order_views


class OrderListFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``status``: any of these states, none: all. ``text``: a number, a reference, an e-mail or words of a name by how
    they begin, a telephone by six digits of its beginning or end; a VA number, a payment, a courier's receipt or the
    door's identifier whole. ``since``, ``until``: days of Jakarta, both included. ``ids``: these alone, and nothing
    else is looked at."""

    status: Annotated[tuple[OrderStatus, ...], words("Keadaan", "State", ["pending", "processing"])] = ()
    door: Annotated[Door, words("Konter", "Counter")] = ""
    text: Annotated[
        Annotated[str, Meta(max_length=254)],
        words("Nomor, nama, ponsel, e-mail, resi, VA …", "Number, name, mobile, e-mail, receipt, VA …"),
    ] = ""
    member: Annotated[Id | None, words("Nomor anggota", "Member")] = None
    since: Annotated[date | None, words("Sejak", "Since", "2026-11-01")] = None
    until: Annotated[date | None, words("Sampai", "Until", "2026-11-30")] = None
    ids: Annotated[Annotated[tuple[Id, ...], Meta(max_length=LARGEST_PAGE)], words("Nomor-nomor ini", "These ids")] = ()
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


async def run(within: Within, wanted: OrderListFilter) -> ViewPage:
    """Newest first."""
    if wanted.ids:
        return ViewPage([row_of(view) for view in reversed(await _these(within, wanted.ids))])
    asked = OrderFilter(
        statuses=wanted.status,
        search=wanted.text.strip(),
        created_from=since_of(wanted.since),
        created_until=until_of(wanted.until),
        before_id=int(wanted.after) if wanted.after else None,
    )
    async with within.engine.connection() as connection:
        found = await merchant_orders.page(
            connection, within.merchant_id, within.environment, asked, wanted.limit + 1,
            door=wanted.door, member_id=wanted.member,
        )  # fmt: skip
        views = await order_views.views(connection, found)
    return paged([row_of(view) for view in views], wanted.limit)


async def _these(within: Within, ids: tuple[int, ...]) -> list[OrderView]:
    """Those of them that are of this environment, oldest first."""
    async with within.engine.connection() as connection:
        found = await order_views.by_ids(connection, within.merchant_id, [*ids])
    return [view for view in found if view.order.environment == within.environment]


VIEW = View("orders.list", "orders:read", Bilingual("Pesanan", "Orders"), OrderListFilter, OrderRow, run, personal=True)
