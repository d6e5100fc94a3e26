"""How many of each counted variant there are, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import Id, IdOrAny, Limit, Seen, refers, words
from gerai.engine.desk.goods import Wording, catalogue_of, folded
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.stock import places, seen_level
from gerai.engine.stock.find import Level, levels, low_levels
from gerai.kit.bilingual import Bilingual

_Place = tuple[int, int]


class StockFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``search``: a part of the name or SKU, whatever the case; ``product``, ``variant``, ``warehouse``: 0 is any;
    ``low``: only what has a low-stock mark and no more than that available."""

    search: Annotated[Wording, words("Cari nama atau SKU", "Search name or SKU", "KP-M")] = ""
    product: Annotated[IdOrAny, words("Nomor produk", "Id of a product")] = 0
    variant: Annotated[IdOrAny, words("Nomor varian", "Id of a variant")] = 0
    warehouse: Annotated[IdOrAny, words("Gudang", "Warehouse"), refers("warehouses")] = 0
    low: Annotated[bool, words("Hanya yang menipis", "Only what is low", True)] = False
    after: Annotated[
        Annotated[str, Meta(pattern=r"^([0-9]{1,18}-[0-9]{1,18})?(?![\s\S])")], words("Setelah", "After")
    ] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class StockRow(msgspec.Struct, frozen=True):
    """One variant in one warehouse. ``reserved`` of those on hand are promised to open orders, the others are
    available; ``low``: no more are available than ``low_at``."""

    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    name: Annotated[str, words("Nama", "Name")]
    sku: Annotated[str, words("SKU", "SKU")]
    warehouse_id: Annotated[Id, words("Nomor gudang", "Id of the warehouse")]
    warehouse: Annotated[str, words("Gudang", "Warehouse")]
    on_hand: Annotated[int, words("Di gudang", "On hand")]
    reserved: Annotated[int, words("Dipesan", "Reserved")]
    available: Annotated[int, words("Tersedia", "Available")]
    low_at: Annotated[int | None, words("Tanda menipis", "Low-stock mark")]
    low: Annotated[bool, words("Menipis", "Low")]
    seen: Annotated[Seen, words("Terakhir dilihat", "As it was seen")]


async def run(within: Within, wanted: StockFilter) -> ViewPage:
    """By variant and warehouse, each where it may be."""
    catalogue = catalogue_of(within)
    found = await (_low if wanted.low else _all)(within, catalogue, wanted)
    shown = found[: wanted.limit]
    after = f"{shown[-1].item_id}-{shown[-1].warehouse_id}" if len(found) > wanted.limit else ""
    return ViewPage([_row(one, catalogue) for one in shown], after)


async def _all(within: Within, catalogue: ProductCatalogue, wanted: StockFilter) -> list[Level]:
    """The next places, one more than a page has, and how each stands."""
    listed: list[_Place] = []
    for place in _places(within, catalogue, wanted):
        listed.append(place)
        if len(listed) > wanted.limit:
            break
    items = sorted({item_id for item_id, _ in listed})
    found = await levels(within.engine, within.merchant_id, within.environment, items) if items else []
    there = {(one.item_id, one.warehouse_id): one for one in found}
    return [there.get(place) or Level(*place, 0, 0, None) for place in listed]


def _places(within: Within, catalogue: ProductCatalogue, wanted: StockFilter) -> Iterator[_Place]:
    behind, fits = _after(wanted), _fits(catalogue, wanted)
    for variant_id in sorted(catalogue.variants):
        variant = catalogue.variants[variant_id]
        if variant_id >= behind[0] and fits(variant):
            for warehouse_id in places(catalogue, within.environment, variant):
                if (variant_id, warehouse_id) > behind and wanted.warehouse in (0, warehouse_id):
                    yield variant_id, warehouse_id


async def _low(within: Within, catalogue: ProductCatalogue, wanted: StockFilter) -> list[Level]:
    """What is low and fits, one more than a page has: read on until there are so many."""
    found: list[Level] = []
    behind, fits, at_once = _after(wanted), _fits(catalogue, wanted), 200
    while len(found) <= wanted.limit:
        some = await low_levels(within.engine, within.merchant_id, within.environment, behind, at_once)
        for one in some:
            variant = catalogue.variants.get(one.item_id)
            there = one.warehouse_id in catalogue.warehouses and wanted.warehouse in (0, one.warehouse_id)
            if variant is not None and there and fits(variant):
                found.append(one)
        if len(some) < at_once:
            break
        behind = some[-1].item_id, some[-1].warehouse_id
    return found[: wanted.limit + 1]


def _fits(catalogue: ProductCatalogue, wanted: StockFilter) -> Callable[[Variant], bool]:
    search = folded(wanted.search)

    def fits(variant: Variant) -> bool:
        return (
            variant.is_inventory
            and wanted.variant in (0, variant.variant_id)
            and wanted.product in (0, variant.product_id)
            and (not search or search in catalogue.variant_texts[variant.variant_id])
        )

    return fits


def _after(wanted: StockFilter) -> _Place:
    variant_id, _, warehouse_id = wanted.after.partition("-")
    return (int(variant_id), int(warehouse_id)) if wanted.after else (0, 0)


def _row(found: Level, catalogue: ProductCatalogue) -> StockRow:
    variant, warehouse = catalogue.variants[found.item_id], catalogue.warehouses[found.warehouse_id]
    left = found.on_hand - found.reserved
    return StockRow(
        found.item_id, variant.name, variant.sku, found.warehouse_id, warehouse.name, found.on_hand, found.reserved,
        left, found.low_at, found.low_at is not None and left <= found.low_at, seen_level(found),
    )  # fmt: skip


VIEW = View("stock.list", "catalogue:read", Bilingual("Stok", "Stock"), StockFilter, StockRow, run)
