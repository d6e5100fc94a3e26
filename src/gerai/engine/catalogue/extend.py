"""Add to a merchant's product catalogue: products, warehouses with stock, districts, couriers and their rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gerai.engine.catalogue.products import Bundle, PriceOption, Product, Store, Variant
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS, changing
from gerai.engine.shipping.nearest import Warehouse
from gerai.engine.shipping.places import Place
from gerai.engine.shipping.quote import CourierService, Rate
from gerai.kit.clock import real_now
from gerai.store import locations, storefront
from gerai.store.lookup_table import LookupTable, add, values_of


@dataclass(frozen=True, kw_only=True)
class CatalogueAdditions:
    """What is new. ``store_products`` and ``store_options``: pairs of a store's id and that of a product or price
    option it offers. ``stock``: (variant id, warehouse id, how many), the same in both environments. ``districts`` are
    everybody's; one that is known already stays as it is."""

    stores: Sequence[Store] = ()
    products: Sequence[Product] = ()
    variants: Sequence[Variant] = ()
    bundles: Sequence[Bundle] = ()
    options: Sequence[PriceOption] = ()
    warehouses: Sequence[Warehouse] = ()
    store_products: Sequence[tuple[int, int]] = ()
    store_options: Sequence[tuple[int, int]] = ()
    stock: Sequence[tuple[int, int, int]] = ()
    districts: Sequence[Place] = ()
    courier_services: Sequence[CourierService] = ()
    rates: Sequence[Rate] = ()


async def extend_catalogue(engine: Engine, merchant_id: int, new: CatalogueAdditions) -> None:
    """Add what is new, all or none; every process reads all again. What is there under the same id stays as it is.

    Refuses InputInvalid: a setting of a store that does not fit.
    """
    for store in new.stores:
        StoreSettings.checked(msgspec.to_builtins(store.settings))
    now = real_now()
    stock = [
        (engine.ids.next(), environment, *counted, 0, now) for environment in ENVIRONMENTS for counted in new.stock
    ]
    parts = [(p.part_id, b.bundle_id, p.variant_id, p.quantity) for b in new.bundles for p in b.parts]
    # Parents before what refers to them.
    tables: tuple[tuple[LookupTable, Iterable[Sequence[Any]]], ...] = (
        (storefront.STORES, _rows(new.stores)),
        (storefront.PRODUCTS, _rows(new.products)),
        # Of a variant its product keeps the type, of a bundle its own table the parts.
        (storefront.VARIANTS, (row[:-1] for row in _rows(new.variants))),
        (storefront.BUNDLES, (row[:-1] for row in _rows(new.bundles))),
        (storefront.PARTS, parts),
        (storefront.OPTIONS, _rows(new.options)),
        (storefront.WAREHOUSES, _rows(new.warehouses)),
        (storefront.STORE_PRODUCTS, new.store_products),
        (storefront.STORE_OPTIONS, new.store_options),
        (storefront.STOCK, stock),
        (locations.SERVICES, _rows(new.courier_services)),
        (locations.RATES, _rows(new.rates)),
    )
    async with changing(engine, merchant_id) as connection:
        await add(connection, locations.LOCATIONS, locations.EVERYBODY, list(_rows(new.districts)))
        for table, rows in tables:
            await add(connection, table, merchant_id, list(rows))


def _rows(records: Sequence[msgspec.Struct]) -> Iterable[list[Any]]:
    """The records' fields in order, which is the columns' order."""
    return map(values_of, records)
