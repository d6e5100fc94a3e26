"""Stock as it was counted, many rows at once: decided as a count of one is, and written in one go at the end, so that
orders wait for that alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import Count, Id, SeenInFile, words, written_seen
from gerai.engine.desk.goods import Sku, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line, faults_of
from gerai.engine.desk.stock import require_counted, require_place, seen_level
from gerai.engine.desk.variants import skus_of
from gerai.engine.stock.count import require_enough
from gerai.kit.clock import real_now
from gerai.store import stock as sql
from gerai.store import storefront
from gerai.store.connection import Connection
from gerai.store.lookup_table import add_many

#: Fewer than the reserve has after it was filled.
_IDS_AT_ONCE: Final = 500
#: Stands for the row of a place where nothing was yet.
_NOT_YET: Final = 0


_Ids = dict[tuple[int, int], int]
#: Without the rows locked; each may be undone by somebody who ships or counts meanwhile.
_TRIES: Final = 2


class StockLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row: so many of a variant are in a warehouse, those promised to open orders included. ``sku`` names the
    variant, and ``variant_id`` does where it has none; ``warehouse_id`` may be left out where there is one
    warehouse. ``seen``: how it looked in the file of the list; not given: however it looks."""

    sku: Annotated[Sku | UnsetType, words("SKU", "SKU", "KP-M")] = UNSET
    variant_id: Annotated[Id | UnsetType, words("Nomor varian", "Id of the variant")] = UNSET
    warehouse_id: Annotated[Id | UnsetType, words("Nomor gudang", "Id of the warehouse")] = UNSET
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]
    seen: Annotated[SeenInFile | UnsetType, words("Terakhir dilihat", "As it was seen")] = UNSET


class _Counted(NamedTuple):
    """What a row says, by the row of the table that it is about."""

    row: int
    variant_id: int
    warehouse_id: int
    on_hand: int
    seen: str | UnsetType


class _Outcome(NamedTuple):
    """What can be written, how that is noted, and what does not fit."""

    counts: list[_Counted]
    done: list[tuple[int, dict[str, Any]]]
    faults: list[LateFault]


class _Otherwise(Exception):
    """The rows do not look as it was noted."""


class StockJob:
    """Counts of a file."""

    def __init__(self, within: Within, connection: Connection, catalogue: ProductCatalogue) -> None:
        self._within, self._connection = within, connection
        # A map of its own, which it changes: the catalogue is everybody's.
        self._known = replace(catalogue, stock_ids={**catalogue.stock_ids})
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
        _require_as_seen(level, line.given)
        require_enough(level.reserved, line.given.on_hand)
        self._said[place] = line.row
        if level.on_hand == line.given.on_hand:
            return "unchanged"
        # It will be there: what is not sent is kept nowhere else from the next row on.
        self._known.stock_ids.setdefault((self._within.environment, *place), _NOT_YET)
        self._counts.append(_Counted(line.row, *place, line.given.on_hand, line.given.seen))
        return "changed"

    async def write(self) -> list[tuple[int, dict[str, Any]]]:
        """Not yet: whoever wants a row that is written waits until the file is through."""
        return []

    def forget(self) -> None:
        """As the protocol."""
        self._counts = []

    async def end(self, noted: Noted) -> list[LateFault]:
        """As the protocol: the rows are made where they are not there, locked in the order that orders lock them in,
        and decided once more by what they are then. Where that is not what was noted, all of it is done again, at last
        with the rows locked first."""
        ids = await self._ids()
        for _ in range(_TRIES):
            try:
                async with self._connection.transaction():
                    return await self._written(ids, noted, locked_first=False)
            except _Otherwise:
                pass
        return await self._written(ids, noted, locked_first=True)

    async def _written(self, ids: _Ids, noted: Noted, *, locked_first: bool) -> list[LateFault]:
        items = sorted({one.variant_id for one in self._counts})
        levels = await sql.levels(self._connection, self._within.merchant_id, self._within.environment, items)
        there = {(one.item_id, one.warehouse_id): one for one in levels}
        before = self._outcome(there)
        if not locked_first:
            await noted(before.done)
        rows = await sql.locked(self._connection, self._within.merchant_id, [*ids.values()])
        locked = {one.stock_id: one for one in rows}
        for place, id in ids.items():
            there[place] = there[place]._replace(on_hand=locked[id].on_hand, reserved=locked[id].reserved)
        now = self._outcome(there)
        if locked_first:
            await noted(now.done)
        elif now != before:
            raise _Otherwise
        counts, at = {ids[one.variant_id, one.warehouse_id]: one.on_hand for one in now.counts}, real_now()
        changed = [
            msgspec.structs.replace(locked[id], on_hand=on_hand, updated_at=at) for id, on_hand in counts.items()
        ]
        await sql.write_counts(self._connection, changed)
        return now.faults

    def _outcome(self, there: dict[tuple[int, int], sql.Level]) -> _Outcome:
        """What becomes of the counts where the rows look so."""
        found = _Outcome([], [], [])
        for one in self._counts:
            level = there[one.variant_id, one.warehouse_id]
            try:
                _require_as_seen(level, one)
                require_enough(level.reserved, one.on_hand)
            except InputInvalid as refusal:
                found.faults.append(LateFault("changed", faults_of(one.row, refusal)))
                continue
            found.counts.append(one)
            facts = {"warehouse_id": one.warehouse_id, "on_hand": [level.on_hand, one.on_hand]}
            found.done.append((one.variant_id, facts))
        return found

    async def _ids(self) -> _Ids:
        """The rows of the table that are counted; those of places where nothing was yet are made."""
        environment, known = self._within.environment, self._known.stock_ids
        ids = {
            (one.variant_id, one.warehouse_id): known[environment, one.variant_id, one.warehouse_id]
            for one in self._counts
        }
        fresh: _Ids = {}
        for number, place in enumerate(place for place, id in ids.items() if id == _NOT_YET):
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


def _require_as_seen(level: sql.Level, given: StockLine | _Counted) -> None:
    """Refuses InputInvalid, where others are there than were seen: what was sold since would be there again. What is as
    the row wants it stays so."""
    if given.seen not in (UNSET, written_seen(seen_level(level))) and level.on_hand != given.on_hand:
        raise InputInvalid(
            {"on_hand": [f"somebody changed it since the file was taken: {level.on_hand} are there now"]}
        )


async def begin_stock(within: Within, connection: Connection) -> StockJob:
    """The job over the shop's catalogue as it stands now."""
    return StockJob(within, connection, await catalogue_in(within, connection))
