"""A merchant's storefront in the directory: product catalogue, districts and rates, read whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gerai.engine.catalogue.patching import SECTIONS, bundles_of, patched, store_of
from gerai.engine.catalogue.products import PriceOption, Product, ProductCatalogue, Variant, arrange
from gerai.engine.core import Engine
from gerai.engine.directory import Part
from gerai.engine.shipping.nearest import Warehouse
from gerai.engine.shipping.places import Gazetteer
from gerai.engine.shipping.quote import RateTable
from gerai.engine.shipping.tables import RATE_SECTIONS, load_districts, load_rates, patched_rates
from gerai.store import storefront as sql
from gerai.store.catalogue_changes import Changes, many
from gerai.store.connection import Connection
from gerai.store.lookup_table import record, rows

_TABLES: Final = tuple(table for tables in SECTIONS.values() for table in tables)


async def load_products(connection: Connection, merchant_ids: Sequence[int]) -> dict[int, ProductCatalogue]:
    """The merchants' product catalogues as they are now."""
    found = {table.name: await rows(connection, table, merchant_ids) for table in _TABLES}

    def arranged() -> dict[int, ProductCatalogue]:
        return {i: _products({name: groups[i] for name, groups in found.items()}) for i in merchant_ids}

    # Of fifty thousand variants it takes a second: not on the thread that answers everybody.
    return await asyncio.to_thread(arranged)


def _products(of: dict[str, list[tuple[Any, ...]]]) -> ProductCatalogue:
    """One merchant's, from its rows by table."""
    products = [record(Product, *row) for row in of[sql.PRODUCTS.name]]
    item_types = {product.product_id: product.item_type for product in products}
    return arrange(
        stores=[store_of(row) for row in of[sql.STORES.name]],
        products=products,
        variants=[record(Variant, *row, item_types[row[1]]) for row in of[sql.VARIANTS.name]],
        bundles=bundles_of(of[sql.BUNDLES.name], of[sql.PARTS.name]),
        options=[record(PriceOption, *row) for row in of[sql.OPTIONS.name]],
        warehouses=[record(Warehouse, *row) for row in of[sql.WAREHOUSES.name]],
        products_of_stores=[(store, product) for store, product in of[sql.STORE_PRODUCTS.name]],
        options_of_stores=[(store, option) for store, option in of[sql.STORE_OPTIONS.name]],
        stock_ids=[(env, item, house, stock) for env, item, house, stock in of[sql.STOCK_IDS.name]],
        with_codes=[(env, variant) for env, variant in of[sql.CODE_POOLS.name]],
    )


@dataclass(frozen=True)
class Storefront:
    """What a merchant sells, where parcels can go, and what sending them costs."""

    catalogue: ProductCatalogue
    districts: Gazetteer
    rates: RateTable


async def load(connection: Connection, merchant_ids: Sequence[int]) -> dict[int, Storefront]:
    """The merchants' storefronts as they are now."""
    catalogue = await load_products(connection, merchant_ids)
    districts, rates = await load_districts(connection), await load_rates(connection, merchant_ids)
    return {i: Storefront(catalogue[i], districts, rates[i]) for i in merchant_ids}


async def patch(connection: Connection, merchant_id: int, known: Storefront, changed: Changes) -> Storefront:
    """The storefront with these changes; what none of them concerns is shared with the one before."""
    catalogue, rates, districts = known.catalogue, known.rates, known.districts
    if many(changed, SECTIONS):
        catalogue = (await load_products(connection, [merchant_id]))[merchant_id]
    else:
        catalogue = await patched(connection, merchant_id, catalogue, changed)
    if many(changed, RATE_SECTIONS):
        rates = (await load_rates(connection, [merchant_id]))[merchant_id]
    else:
        rates = await patched_rates(connection, merchant_id, rates, changed)
    if "locations" in changed:
        districts = await load_districts(connection)
    return Storefront(catalogue, districts, rates)


#: The part of the directory that holds every merchant's storefront.
STOREFRONT: Final[Part[Storefront]] = Part("storefront", load, patch)


async def available(
    engine: Engine, merchant_id: int, environment: str, item_ids: Sequence[int]
) -> dict[tuple[int, int], int]:
    """How many of (item, warehouse) can still be promised. For showing: an order asks the locked rows again."""
    async with engine.connection() as connection:
        found = await sql.available(connection, merchant_id, environment, item_ids)
    return {(item_id, warehouse_id): left for item_id, warehouse_id, left in found}
