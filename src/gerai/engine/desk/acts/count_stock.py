"""Set how many of a variant a warehouse has, as they were counted."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.desk.fields import Count, Id, Seen, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.desk.stock import counted_variant, require_warehouse, seen_on_hand, shelf_in
from gerai.engine.merchants.open import note
from gerai.engine.stock.count import CountStock
from gerai.kit.bilingual import Bilingual


class StockCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``on_hand``: what was counted, those that are promised to open orders and still there included. ``seen``: how it
    looked to whoever counted; not given: however it looks."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    warehouse_id: Annotated[Id, words("Gudang", "Warehouse"), refers("warehouses")]
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]
    seen: Annotated[Seen | UnsetType, words("Terakhir dilihat", "As it was seen")] = UNSET


async def run(within: Within, given: StockCount) -> Done:
    """Refuses InputInvalid: no such variant or warehouse, a variant that is not counted, or fewer than open orders were
    promised; ChangedMeanwhile."""
    variant = counted_variant(within, given.variant_id)
    require_warehouse(within, variant, given.warehouse_id)
    command = CountStock(
        merchant_id=within.merchant_id,
        environment=within.environment,
        stock_id=await shelf_in(within, variant, given.warehouse_id),
        on_hand=given.on_hand,
        was=await seen_on_hand(within, given.variant_id, given.warehouse_id, given.seen),
    )
    note(given.variant_id, name=variant.name, warehouse_id=given.warehouse_id)
    done = await submitted(within, command)
    counted = done.answer
    figures = {"was": counted.was, "on_hand": counted.stock.on_hand, "reserved": counted.stock.reserved}
    return Done(str(given.variant_id), replayed=done.replayed, details={} if done.replayed else figures)


ACT = Act(
    "stock.count", "catalogue:write", Bilingual("Hitung stok", "Count stock"), StockCount, run, reasoned=True, here=True
)  # fmt: skip
