"""Move some of a variant to another warehouse."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.desk.stock import Pieces, counted_variant, require_warehouse, shelf_in
from gerai.engine.merchants.open import note
from gerai.engine.stock.move import MoveStock
from gerai.kit.bilingual import Bilingual


class StockMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is promised to open orders stays where they are sent from."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    from_warehouse_id: Annotated[Id, words("Dari gudang", "From the warehouse"), refers("warehouses")]
    to_warehouse_id: Annotated[Id, words("Ke gudang", "To the warehouse"), refers("warehouses")]
    quantity: Annotated[Pieces, words("Jumlah", "How many", 10)]


async def run(within: Within, given: StockMove) -> Done:
    """Refuses InputInvalid: no such variant or warehouse, a variant that is not counted, one warehouse named twice, or
    more than are available."""
    if given.from_warehouse_id == given.to_warehouse_id:
        raise InputInvalid({"to_warehouse_id": ["is where they are"]})
    variant = counted_variant(within, given.variant_id)
    require_warehouse(within, variant, given.from_warehouse_id, "from_warehouse_id")
    require_warehouse(within, variant, given.to_warehouse_id, "to_warehouse_id")
    command = MoveStock(
        merchant_id=within.merchant_id,
        environment=within.environment,
        stock_id=await shelf_in(within, variant, given.from_warehouse_id),
        to_stock_id=await shelf_in(within, variant, given.to_warehouse_id),
        quantity=given.quantity,
    )
    note(
        given.variant_id, name=variant.name, quantity=given.quantity, from_warehouse_id=given.from_warehouse_id,
        to_warehouse_id=given.to_warehouse_id,
    )  # fmt: skip
    done = await submitted(within, command)
    figures = {"left": done.answer.source.on_hand, "there": done.answer.target.on_hand}
    return Done(str(given.variant_id), replayed=done.replayed, details={} if done.replayed else figures)


ACT = Act("stock.move", "catalogue:write", Bilingual("Pindahkan stok", "Move stock"), StockMove, run, here=True)
