"""Licence codes, and which order got which. An act alone shows the codes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from gerai.domain.records import CodeStatus, OrderView
from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.desk.fields import Id, IdOrAny, Limit, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.orders.handing_out import is_over
from gerai.kit.bilingual import Bilingual
from gerai.store import codes as sql
from gerai.store import order_views
from gerai.store.connection import Connection


class CodeFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``status``: of codes in this state, empty: in any; ``variant``: 0 is any."""

    status: Annotated[CodeStatus | Literal[""], words("Keadaan", "State", "given")] = ""
    variant: Annotated[IdOrAny, words("Nomor varian", "Id of a variant")] = 0
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class CodeRow(msgspec.Struct, frozen=True):
    """One code, without itself. ``status``: ``spent`` is one whose order ended, or was given its money back: it is
    never given again. ``unit``: which of its line's units it is for."""

    id: Annotated[Id, words("Nomor", "Id")]
    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    name: Annotated[str, words("Nama", "Name")]
    status: Annotated[Literal["free", "given", "withdrawn", "spent"], words("Keadaan", "State")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    line: Annotated[int | None, words("Baris", "Line")]
    unit: Annotated[int | None, words("Buah ke-", "Unit")]
    created_at: Annotated[datetime, words("Dimuat", "Loaded")]
    given_at: Annotated[datetime | None, words("Diberikan", "Given at")]


def _row_of(one: sql.ListedCode, catalogue: ProductCatalogue, orders: dict[int, OrderView]) -> CodeRow:
    code, variant = one.code, catalogue.variants.get(one.variant_id)
    view = None if code.order_id is None else orders.get(code.order_id)
    status = "spent" if view is not None and is_over(view.order) else code.status
    return CodeRow(
        code.code_id, one.variant_id, "" if variant is None else variant.name,
        msgspec.convert(status, Literal["free", "given", "withdrawn", "spent"]), code.order_id,
        "" if view is None else view.order.number, code.line_no, code.unit_no, code.created_at, code.given_at,
    )  # fmt: skip


async def shown(within: Within, connection: Connection, found: Sequence[sql.ListedCode]) -> list[CodeRow]:
    """These codes as they are listed."""
    ids = sorted({one.code.order_id for one in found if one.code.order_id is not None})
    views = await order_views.by_ids(connection, within.merchant_id, ids) if ids else []
    catalogue, orders = catalogue_of(within), {view.order.order_id: view for view in views}
    return [_row_of(one, catalogue, orders) for one in found]


async def run(within: Within, wanted: CodeFilter) -> ViewPage:
    """By id."""
    of = (within.merchant_id, within.environment, wanted.variant, wanted.status, int(wanted.after or 0))
    async with within.engine.connection() as connection:
        rows = await shown(within, connection, await sql.page(connection, *of, wanted.limit + 1))
    return paged(rows, wanted.limit)


VIEW = View("codes.list", "catalogue:read", Bilingual("Kode lisensi", "Licence codes"), CodeFilter, CodeRow, run)
