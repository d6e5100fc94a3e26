"""A product catalogue brought up to date: only what changed is read, everything else is shared with the one before.

It is what reading everything would make; a test compares them after every kind of change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import msgspec

from gerai.engine.catalogue.products import (
    Bundle,
    BundlePart,
    PriceOption,
    Product,
    ProductCatalogue,
    Store,
    Variant,
)
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.catalogue.worked_out import keep_worked_out
from gerai.engine.overlay import by, renamed, replaced, replaced_in_order
from gerai.engine.shipping.nearest import Warehouse
from gerai.store import storefront as sql
from gerai.store.catalogue_changes import Changes
from gerai.store.connection import Connection
from gerai.store.lookup_table import LookupTable, record, rows_named

#: The tables behind a catalogue, by the section in which their changes are noted.
SECTIONS: Final = {
    "stores": (sql.STORES,),
    "products": (sql.PRODUCTS,),
    "variants": (sql.VARIANTS,),
    "bundles": (sql.BUNDLES, sql.PARTS),
    "price_options": (sql.OPTIONS,),
    "warehouses": (sql.WAREHOUSES,),
    "store_products": (sql.STORE_PRODUCTS,),
    "store_price_options": (sql.STORE_OPTIONS,),
    "stock": (sql.STOCK_IDS,),
    "code_pools": (sql.CODE_POOLS,),
}


def store_of(row: Sequence[Any]) -> Store:
    """A store, from its row."""
    return record(Store, *row[:-1], StoreSettings.read(row[-1]))


def bundles_of(rows: Iterable[Sequence[Any]], part_rows: Iterable[Sequence[Any]]) -> list[Bundle]:
    """Bundles, from their rows and those of their parts."""
    parts: defaultdict[int, list[BundlePart]] = defaultdict(list)
    for part_id, bundle_id, variant_id, quantity in part_rows:
        parts[bundle_id].append(BundlePart(part_id, variant_id, quantity))
    return [record(Bundle, *row, parts[row[0]]) for row in rows]


class _Reading(NamedTuple):
    """What changed of a merchant, and where it is read."""

    connection: Connection
    merchant_id: int
    changed: Changes

    def ids(self, section: str) -> list[int]:
        return [id for id, _ in self.changed.get(section, ())]

    def names(self, section: str, *kinds: type[Any]) -> list[tuple[Any, ...]]:
        """Of things with more than a number to their name, and what kinds that is of."""
        found = [(id, rest.split("|")) for id, rest in self.changed.get(section, ())]
        return [(id, *(kind(text) for kind, text in zip(kinds, rest, strict=True))) for id, rest in found]

    async def rows(self, table: LookupTable, column: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        return await self.named(table, (column,), [(id,) for id in ids])

    async def named(
        self, table: LookupTable, columns: Sequence[str], names: Sequence[tuple[Any, ...]]
    ) -> list[tuple[Any, ...]]:
        return await rows_named(self.connection, table, self.merchant_id, columns, names)


async def patched(
    connection: Connection, merchant_id: int, known: ProductCatalogue, changed: Changes
) -> ProductCatalogue:
    """The catalogue with these changes; the same object when there are none of its own."""
    of = _Reading(connection, merchant_id, {name: found for name, found in changed.items() if name in SECTIONS})
    if not of.changed:
        return known
    fields = await _stores(of, known) | await _products(of, known) | await _bundles(of, known)
    new = replace(known, **fields, **await _shelves(of, known))
    keep_worked_out(known, new, of.ids("variants"), of.ids("products"))
    return new


async def _stores(of: _Reading, known: ProductCatalogue) -> dict[str, Any]:
    fields = dict[str, Any]()
    if ids := of.ids("stores"):
        found = [store_of(row) for row in await of.rows(sql.STORES, "store_id", ids)]
        before = [known.stores.get(id) for id in ids]
        fields["stores"] = replaced_in_order(known.stores, ids, by(found, lambda one: one.store_id))
        fields["stores_by_unique_id"] = renamed(known.stores_by_unique_id, before, found, lambda one: one.unique_id)
    if ids := of.ids("warehouses"):
        houses = [record(Warehouse, *row) for row in await of.rows(sql.WAREHOUSES, "warehouse_id", ids)]
        were = [known.warehouses.get(id) for id in ids]
        fields["warehouses"] = replaced_in_order(known.warehouses, ids, by(houses, lambda one: one.warehouse_id))
        fields["warehouses_by_unique_id"] = renamed(
            known.warehouses_by_unique_id, were, houses, lambda one: one.unique_id
        )
    return fields


async def _products(of: _Reading, known: ProductCatalogue) -> dict[str, Any]:
    fields, products = dict[str, Any](), known.products
    if ids := of.ids("products"):
        found = [record(Product, *row) for row in await of.rows(sql.PRODUCTS, "product_id", ids)]
        products = replaced_in_order(known.products, ids, by(found, lambda one: one.product_id))
        fields["products"] = products
    variant_ids = of.ids("variants")
    rows = await of.rows(sql.VARIANTS, "variant_id", variant_ids)
    variants = by([record(Variant, *row, products[row[1]].item_type) for row in rows], lambda one: one.variant_id)
    # A product's type is its variants' too.
    for product_id in ids:
        for one in known.variants_of_product.get(product_id, ()):
            if one.variant_id not in variant_ids and one.item_type != products[product_id].item_type:
                retyped = msgspec.structs.replace(one, item_type=products[product_id].item_type)
                variants[one.variant_id] = retyped
                variant_ids.append(one.variant_id)
    if variant_ids:
        before = [known.variants.get(id) for id in variant_ids]
        fields["variants"] = replaced_in_order(known.variants, variant_ids, variants)
        fields["variants_by_unique_id"] = renamed(
            known.variants_by_unique_id, before, variants.values(), lambda one: one.unique_id
        )
        fields["variants_of_product"] = _regrouped(known, before, variants)
    return fields


def _regrouped(
    known: ProductCatalogue, before: Sequence[Variant | None], variants: Mapping[int, Variant]
) -> dict[int, Sequence[Variant]]:
    groups: dict[int, Sequence[Variant]] = dict(known.variants_of_product)
    gone = {one.variant_id for one in before if one is not None} | variants.keys()
    for product_id in {one.product_id for one in (*before, *variants.values()) if one is not None}:
        kept = [one for one in groups.get(product_id, ()) if one.variant_id not in gone]
        kept += [one for one in variants.values() if one.product_id == product_id]
        groups[product_id] = tuple(sorted(kept, key=lambda one: one.variant_id))
        if not kept:
            del groups[product_id]
    return groups


async def _bundles(of: _Reading, known: ProductCatalogue) -> dict[str, Any]:
    fields = dict[str, Any]()
    if ids := of.ids("bundles"):
        rows, parts = await of.rows(sql.BUNDLES, "bundle_id", ids), await of.rows(sql.PARTS, "bundle_id", ids)
        found = by(bundles_of(rows, parts), lambda one: one.bundle_id)
        fields["bundles"] = replaced_in_order(known.bundles, ids, found)
    if ids := of.ids("price_options"):
        options = [record(PriceOption, *row) for row in await of.rows(sql.OPTIONS, "option_id", ids)]
        before = [known.options.get(id) for id in ids]
        fields["options"] = replaced_in_order(known.options, ids, by(options, lambda one: one.option_id))
        fields["options_by_unique_id"] = renamed(known.options_by_unique_id, before, options, lambda one: one.unique_id)
    return fields


async def _shelves(of: _Reading, known: ProductCatalogue) -> dict[str, Any]:
    fields = dict[str, Any]()
    if names := of.names("store_products", int):
        found = await of.named(sql.STORE_PRODUCTS, ("product_id", "store_id"), names)
        fields["products_of_store"] = _offered(known.products_of_store, names, found)
    if names := of.names("store_price_options", int):
        found = await of.named(sql.STORE_OPTIONS, ("option_id", "store_id"), names)
        fields["options_of_store"] = _offered(known.options_of_store, names, found)
    if names := of.names("stock", str, int):
        rows = await of.named(sql.STOCK_IDS, ("item_id", "environment", "warehouse_id"), names)
        fields["stock_ids"] = replaced(
            known.stock_ids,
            [(environment, item_id, warehouse_id) for item_id, environment, warehouse_id in names],
            {(environment, item_id, warehouse_id): id for environment, item_id, warehouse_id, id in rows},
        )
    if names := of.names("code_pools", str):
        rows = await of.named(sql.CODE_POOLS, ("variant_id", "environment"), names)
        gone = {(environment, variant_id) for variant_id, environment in names}
        fields["with_codes"] = known.with_codes - gone | {(environment, id) for environment, id in rows}
    return fields


def _offered(
    known: dict[int, tuple[int, ...]], names: Sequence[tuple[Any, ...]], found: Sequence[tuple[Any, ...]]
) -> dict[int, tuple[int, ...]]:
    """What stores offer, newest first, where of these (thing, store) only the found ones (store, thing) are offered."""
    new = dict(known)
    gone: defaultdict[int, set[int]] = defaultdict(set)
    for thing_id, store_id in names:
        gone[store_id].add(thing_id)
    for store_id, things in gone.items():
        kept = [id for id in known.get(store_id, ()) if id not in things]
        kept += [id for store, id in found if store == store_id]
        new[store_id] = tuple(sorted(kept, reverse=True))
        if not kept:
            del new[store_id]
    return new
