"""Stock as it was counted, many rows at once: decided as a count of one is, and written in one go at the end, so that
orders wait for that alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.records import Stock
from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import Count, Id, words
from gerai.engine.desk.goods import Sku, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became
from gerai.engine.desk.lines import Line, LineFault, faults_of
from gerai.engine.desk.stock import require_counted, require_place
from gerai.engine.desk.variants import skus_of
from gerai.engine.stock.count import require_enough
from gerai.kit.clock import real_now
from gerai.store import stock as sql
from gerai.store import storefront
from gerai.store.connection import Connection
from gerai.store.lookup_table import add_many

#: Fewer than the reserve has after it was filled.
_IDS_AT_ONCE: Final = 500


class StockLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row: so many of a variant are in a warehouse, those promised to open orders included. ``sku`` names the
    variant, and ``variant_id`` does where it has none; ``warehouse_id`` may be left out where there is one
    warehouse."""

    sku: Annotated[Sku | UnsetType, words("SKU", "SKU", "KP-M")] = UNSET
    variant_id: Annotated[Id | UnsetType, words("Nomor varian", "Id of the variant")] = UNSET
    warehouse_id: Annotated[Id | UnsetType, words("Nomor gudang", "Id of the warehouse")] = UNSET
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]


class _Counted(NamedTuple):
    """What a row says, by the row of the table that it is about."""

    row: int
    variant_id: int
    warehouse_id: int
    on_hand: int


class StockJob:
    """Counts of a file."""

    def __init__(self, within: Within, connection: Connection, catalogue: ProductCatalogue) -> None:
        self._within, self._connection, self._known = within, connection, catalogue
        self._skus = skus_of(catalogue)
        self._levels: dict[tuple[int, int], sql.Level] = {}
        self._said: dict[tuple[int, int], int] = {}
        self._counts: list[_Counted] = []

    async def look_at(self, lines: Sequence[Line[StockLine]]) -> None:
        """As the protocol."""
        found = {one.variant_id for line in lines if (one := self._variant(line.given)) is not None}
        levels = await sql.levels(self._connection, self._within.merchant_id, self._within.environment, sorted(found))
        self._levels = {(one.item_id, one.warehouse_id): one for one in levels}

    def decide(self, line: Line[StockLine]) -> Became:
        """As the protocol. Refuses InputInvalid: no such variant or warehouse, one that is not counted, fewer than open
        orders were promised, and what an earlier row counted already."""
        variant = self._variant(line.given)
        if variant is None:
            raise InputInvalid({"sku": ["no variant has it" if line.given.sku else "is required"]})
        require_counted(variant, "sku")
        warehouse_id = self._warehouse(line.given)
        require_place(self._known, self._within.environment, variant, warehouse_id)
        place = variant.variant_id, warehouse_id
        if place in self._said:
            raise InputInvalid({"sku": [f"row {self._said[place]} has counted it there already"]})
        level = self._levels.get(place) or sql.Level(*place, 0, 0, None)
        require_enough(level.reserved, line.given.on_hand)
        self._said[place] = line.row
        if level.on_hand == line.given.on_hand:
            return "unchanged"
        self._counts.append(_Counted(line.row, *place, line.given.on_hand))
        return "changed"

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """Not yet: whoever wants a row that is written waits until the file is through."""
        return []

    def forget(self) -> None:
        """As the protocol."""
        self._counts = []

    async def end(self) -> tuple[list[list[LineFault]], list[tuple[int, dict[str, Any]]]]:
        """As the protocol: the rows are made where they are not there, locked in the order that orders lock them in,
        and decided once more by what they are then."""
        ids = await self._ids()
        locked = await sql.locked(self._connection, self._within.merchant_id, [*ids.values()])
        there = {one.stock_id: one for one in locked}
        faults: list[list[LineFault]] = []
        done: list[tuple[int, dict[str, Any]]] = []
        changed: list[Stock] = []
        for one in self._counts:
            stock = there[ids[one.variant_id, one.warehouse_id]]
            try:
                require_enough(stock.reserved, one.on_hand)
            except InputInvalid as refusal:
                faults.append(faults_of(one.row, refusal))
                continue
            changed.append(msgspec.structs.replace(stock, on_hand=one.on_hand, updated_at=real_now()))
            facts = {"warehouse_id": one.warehouse_id, "on_hand": [stock.on_hand, one.on_hand]}
            done.append((one.variant_id, facts))
        await sql.write_counts(self._connection, changed)
        return faults, done

    async def _ids(self) -> dict[tuple[int, int], int]:
        """The rows of the table that are counted; those of places where nothing was yet are made."""
        environment, known = self._within.environment, self._known.stock_ids
        ids = {
            (one.variant_id, one.warehouse_id): known.get((environment, one.variant_id, one.warehouse_id), 0)
            for one in self._counts
        }
        fresh: dict[tuple[int, int], int] = {}
        for number, place in enumerate(place for place, id in ids.items() if not id):
            if number % _IDS_AT_ONCE == 0:
                await self._within.engine.ids.refill(self._connection)
            fresh[place] = self._within.engine.ids.next()
        at = real_now()
        rows = [(id, environment, *place, 0, 0, at) for place, id in fresh.items()]
        await add_many(self._connection, storefront.STOCK, self._within.merchant_id, rows)
        return ids | fresh

    def _variant(self, given: StockLine) -> Variant | None:
        if given.sku:
            found = self._skus.get(given.sku.casefold(), [])
            return found[0] if len(found) == 1 else None
        return None if given.variant_id is UNSET else self._known.variants.get(given.variant_id)

    def _warehouse(self, given: StockLine) -> int:
        if given.warehouse_id is not UNSET:
            return given.warehouse_id
        if len(self._known.warehouses) != 1:
            raise InputInvalid({"warehouse_id": ["is required"]})
        return next(iter(self._known.warehouses))


async def begin_stock(within: Within, connection: Connection) -> StockJob:
    """The job over the shop's catalogue as it stands now."""
    return StockJob(within, connection, await catalogue_in(connection, within.merchant_id))
