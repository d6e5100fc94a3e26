"""Every kind of change of a catalogue, by SQL, as somebody with any face would make it, and worse."""

from __future__ import annotations

import contextlib
import itertools
import random
from dataclasses import fields
from typing import Any

from psycopg import IntegrityError

from gerai.engine.catalogue.products import ProductCatalogue
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.directory import Directory

_numbers = itertools.count(900_000)
_TYPES = ("physical", "digital", "course")
_WORKED_OUT = ("product_texts", "variant_texts", "variants_by_sku", "variant_ids", "stores_of_product")
#: Its order is nobody's: things are looked up in it.
_IN_NO_ORDER = {
    "stores_by_unique_id", "variants_by_unique_id", "options_by_unique_id", "warehouses_by_unique_id", "stock_ids",
    "variants_of_product", "products_of_store", "options_of_store", "with_codes",
}  # fmt: skip


def known(directory: Directory, merchant_id: int) -> dict[str, Any]:
    """Everything a directory says of what a merchant sells, and in which order; what is worked out of it, too."""
    storefront, services = directory.get(STOREFRONT, merchant_id), directory.get(SERVICES, merchant_id)
    catalogue = storefront.catalogue
    found: dict[str, Any] = {name.name: getattr(catalogue, name.name) for name in fields(ProductCatalogue)}
    ordered = {name: [*of] for name, of in found.items() if name not in _IN_NO_ORDER}
    found |= {name: getattr(catalogue, name) for name in _WORKED_OUT}
    ordered |= {"services": [*services.by_id], "types": [*services.types], "couriers": [*storefront.rates.services]}
    return found | {
        "order": ordered, "rates": storefront.rates, "services": services, "districts": storefront.districts.by_id,
        "merchant": directory.merchant(merchant_id),
    }  # fmt: skip


class Changer:
    """Makes one change after the other; ``rows`` reads."""

    def __init__(self, merchant_id: int, seed: int) -> None:
        self.merchant_id, self.random = merchant_id, random.Random(seed)

    async def change(self, connection: Any) -> str:
        """Some change, within whatever transaction the connection is in. Returns what it was."""
        name = self.random.choice([*_CHANGES])
        text, values = _CHANGES[name], {"m": self.merchant_id, "n": next(_numbers), "r": self.random.randrange(10**6)}
        values |= {"type": self.random.choice(_TYPES), "code": f"{self.random.randrange(10, 99)}.01"}
        with contextlib.suppress(IntegrityError):
            # Not everything may go: a bundle has parts.
            async with connection.transaction():
                for one in text if isinstance(text, list) else [text]:
                    await connection.execute(one, values)
        return name


def _one(table: str, key: str) -> str:
    """One of the merchant's rows, by chance."""
    return f"(SELECT {key} FROM {table} WHERE merchant_id = %(m)s ORDER BY md5({key}::text || %(r)s) LIMIT 1)"


_VARIANT, _PRODUCT, _STORE = _one("variants", "variant_id"), _one("products", "product_id"), _one("stores", "store_id")
_BUNDLE, _OPTION = _one("bundles", "bundle_id"), _one("price_options", "option_id")
_HOUSE, _COURIER = _one("warehouses", "warehouse_id"), _one("courier_services", "service_id")
_SERVICE, _KIND = _one("services", "service_id"), _one("service_types", "type_id")
_OF = "merchant_id = %(m)s AND"


def _copy(table: str, key: str, source: str, **other: str) -> str:
    """Another row like one that is there, under a number of its own, which may be smaller than those that are there."""
    changes = ", ".join(
        f"'{column}', {value}" for column, value in ({key: "%(n)s - 890000 * (%(r)s %% 2)"} | other).items()
    )
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({changes}))).* FROM {table} t "
        f"WHERE {_OF} {key} = {source} ON CONFLICT DO NOTHING"
    )


_CHANGES: dict[str, str | list[str]] = {
    "variant's price": "UPDATE variants SET price_sen = %(r)s, sku = 'S' || %(r)s %% 5 "
    f"WHERE {_OF} variant_id = {_VARIANT}",
    "all names": "UPDATE variants SET name = name || '.' WHERE merchant_id = %(m)s",
    "variant added": _copy(
        "variants", "variant_id", _VARIANT, unique_id="'variant_' || %(n)s", sku="'Kaos ' || %(r)s %% 3"
    ),
    "variant moved": f"UPDATE variants SET product_id = {_PRODUCT} WHERE {_OF} variant_id = {_VARIANT}",
    "unique id changed": f"UPDATE variants SET unique_id = 'variant_x' || %(n)s WHERE {_OF} variant_id = {_VARIANT}",
    "product's type": f"UPDATE products SET item_type = %(type)s WHERE {_OF} product_id = {_PRODUCT}",
    "product's name": f"UPDATE products SET name = 'Kaos ' || %(r)s WHERE {_OF} product_id = {_PRODUCT}",
    "product added": _copy("products", "product_id", _PRODUCT),
    "unsold product removed": f"DELETE FROM products p WHERE {_OF} product_id = {_PRODUCT} AND NOT EXISTS "
    "(SELECT FROM variants v WHERE v.merchant_id = p.merchant_id AND v.product_id = p.product_id)",
    "variant removed": f"DELETE FROM variants WHERE {_OF} variant_id = {_VARIANT} AND variant_id > 10000",
    "offered": f"INSERT INTO store_products SELECT %(m)s, {_STORE}, {_PRODUCT} ON CONFLICT DO NOTHING",
    "withdrawn": f"DELETE FROM store_products WHERE {_OF} product_id = {_PRODUCT}",
    "option offered": f"INSERT INTO store_price_options SELECT %(m)s, {_STORE}, {_OPTION} ON CONFLICT DO NOTHING",
    "option withdrawn": f"DELETE FROM store_price_options WHERE {_OF} option_id = {_OPTION}",
    "store's name": f"UPDATE stores SET name = 'Toko ' || %(r)s WHERE {_OF} store_id = {_STORE}",
    "store added": _copy("stores", "store_id", _STORE, unique_id="'store_' || %(n)s"),
    "bundle's name": f"UPDATE bundles SET name = 'Paket ' || %(r)s WHERE {_OF} bundle_id = {_BUNDLE}",
    "bundle's parts": f"UPDATE bundle_parts SET quantity = 1 + %(r)s %% 9 WHERE {_OF} bundle_id = {_BUNDLE}",
    "part added": f"INSERT INTO bundle_parts SELECT %(m)s, %(n)s, {_BUNDLE}, {_VARIANT}, 2 ON CONFLICT DO NOTHING",
    "part removed": "DELETE FROM bundle_parts "
    f"WHERE {_OF} part_id > 10000 AND part_id = {_one('bundle_parts', 'part_id')}",
    "option's price": f"UPDATE price_options SET price_sen = %(r)s WHERE {_OF} option_id = {_OPTION}",
    "option added": _copy("price_options", "option_id", _OPTION, unique_id="'bpo_' || %(n)s"),
    "warehouse added": _copy("warehouses", "warehouse_id", _HOUSE, unique_id="'warehouse_' || %(n)s"),
    "warehouse's name": f"UPDATE warehouses SET name = 'Gudang ' || %(r)s WHERE {_OF} warehouse_id = {_HOUSE}",
    "shelf added": "INSERT INTO stock "
    f"SELECT %(m)s, %(n)s, 'sandbox', {_VARIANT}, {_HOUSE}, 5, 0, now() ON CONFLICT DO NOTHING",
    "shelf removed": f"DELETE FROM stock WHERE {_OF} stock_id = {_one('stock', 'stock_id')}",
    "pool opened": f"INSERT INTO code_pools SELECT %(m)s, %(n)s, (ARRAY['sandbox', 'production'])[1 + %(r)s %% 2], "
    f"{_VARIANT}, '', 0, 0, 0, null, now() ON CONFLICT DO NOTHING",
    "pool removed": f"DELETE FROM code_pools WHERE {_OF} pool_id = {_one('code_pools', 'pool_id')}",
    "codes given": "UPDATE code_pools SET given = given + 1 WHERE merchant_id = %(m)s",
    "sold": "UPDATE stock SET on_hand = on_hand + 1 WHERE merchant_id = %(m)s",
    "rate set": f"INSERT INTO shipping_rates SELECT %(m)s, {_COURIER}, '', %(code)s, %(r)s, 1, 2, false "
    "ON CONFLICT (merchant_id, service_id, origin, destination) DO UPDATE SET per_kg_sen = excluded.per_kg_sen",
    "rates removed": f"DELETE FROM shipping_rates WHERE {_OF} destination = {_one('shipping_rates', 'destination')}",
    "courier's name": f"UPDATE courier_services SET name = 'Kilat ' || %(r)s WHERE {_OF} service_id = {_COURIER}",
    "courier added": _copy("courier_services", "service_id", _COURIER),
    "service's price": "UPDATE services SET unit_price_sen = %(r)s * 100, code = 'kode' || %(n)s "
    f"WHERE {_OF} service_id = {_SERVICE}",
    "service added": _copy("services", "service_id", _SERVICE, code="'baru' || %(n)s"),
    "service removed": f"DELETE FROM services WHERE {_OF} service_id = {_SERVICE} AND service_id > 10000",
    "service type": f"UPDATE service_types SET is_active = %(r)s %% 2 = 0 WHERE {_OF} type_id = {_KIND}",
    "district": "INSERT INTO locations VALUES (0, %(n)s, '99.99.' || %(n)s, 'Kota', 'Kota', 'Jawa', null, null, '{}')",
    "renamed merchant": "UPDATE merchants SET name = 'Toko ' || %(r)s WHERE merchant_id = %(m)s",
    "names taken over": [
        f"UPDATE services SET code = code || '_' WHERE {_OF} service_id = {_SERVICE}",
        "UPDATE variants v SET unique_id = w.unique_id || '_' FROM variants w WHERE v.merchant_id = %(m)s "
        "AND w.merchant_id = %(m)s AND w.variant_id = (SELECT min(variant_id) FROM variants WHERE merchant_id = %(m)s) "
        "AND v.variant_id = (SELECT max(variant_id) FROM variants WHERE merchant_id = %(m)s)",
    ],
}
