"""What a shop's files hold that the desk has no act for: the stock there is at the beginning. It is an act of the same
kind, over the engine's operation, and is written down like the others."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.count_stock import run as count_stock
from gerai.engine.desk.fields import Count, Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.kit.bilingual import Bilingual


class OpeningStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many there are at the beginning, and at how few it is time for more."""

    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    warehouse_id: Annotated[Id, words("Nomor gudang", "Id of the warehouse")]
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]
    low_at: Annotated[Count | None, words("Tanda menipis", "Low-stock mark", 5)] = None


async def _open_stock(within: Within, given: OpeningStock) -> Done:
    """The count; the mark is an act of its own."""
    return await count_stock(
        within, StockCount(variant_id=given.variant_id, warehouse_id=given.warehouse_id, on_hand=given.on_hand)
    )


STOCK: Final = Act(
    "stock.count", "catalogue:write", Bilingual("Hitung stok", "Count stock"), OpeningStock, _open_stock, reasoned=True
)
