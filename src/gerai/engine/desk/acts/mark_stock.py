"""Set when a variant is low in a warehouse."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import ChangedMeanwhile
from gerai.engine.desk.fields import Count, Id, Seen, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.stock import counted_variant, require_warehouse, seen_level
from gerai.engine.merchants.open import changing, note
from gerai.engine.stock.shelves import add_shelf
from gerai.kit.bilingual import Bilingual
from gerai.store import stock as sql


class StockMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``low_at``: when no more than so many are available, it is low; not given: it is never. ``seen``: how it looked
    to whoever marks it; not given: however it looks."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    warehouse_id: Annotated[Id, words("Gudang", "Warehouse"), refers("warehouses")]
    low_at: Annotated[Count | None, words("Tanda menipis", "Low-stock mark", 5)] = None
    seen: Annotated[Seen | UnsetType, words("Terakhir dilihat", "As it was seen")] = UNSET


async def run(within: Within, given: StockMark) -> Done:
    """Refuses InputInvalid: no such variant or warehouse, or a variant that is not counted; ChangedMeanwhile."""
    variant = counted_variant(within, given.variant_id)
    require_warehouse(within, variant, given.warehouse_id)
    place = (within.environment, given.variant_id, given.warehouse_id)
    async with changing(within.engine, within.merchant_id) as connection:
        await add_shelf(within.engine, connection, within.merchant_id, within.environment, variant, given.warehouse_id)
        there = await sql.level(connection, within.merchant_id, *place)
        if there is None or given.seen not in (UNSET, seen_level(there)):
            raise ChangedMeanwhile("stock", str(given.variant_id))
        # Last: an order that wants the row waits for the end of this.
        await sql.mark_low(connection, within.merchant_id, *place, given.low_at)
        note(given.variant_id, name=variant.name, warehouse_id=given.warehouse_id, low_at=[there.low_at, given.low_at])
    return Done(str(given.variant_id))


ACT = Act(
    "stock.mark", "catalogue:write", Bilingual("Tandai stok menipis", "Mark low stock"), StockMark, run, here=True
)  # fmt: skip
