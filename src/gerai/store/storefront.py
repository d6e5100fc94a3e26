"""The tables of a merchant's product catalogue: stores, products, bundles, warehouses, in the reader's column order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psycopg import AsyncConnection

from gerai.store.lookup_table import lookup_table

STORES: Final = lookup_table(
    "stores",
    "store_id unique_id uuid name logo domain domain_verified is_active is_public payment_methods sub_payment_methods "
    "settings",
)
PRODUCTS: Final = lookup_table(
    "products", "product_id uuid name public_name item_type is_visible options labels images"
)
VARIANTS: Final = lookup_table(
    "variants",
    "variant_id product_id unique_id uuid name sku price_sen reseller_price_sen cost_sen weight_g is_inventory "
    "is_active options images metadata",
)
BUNDLES: Final = lookup_table("bundles", "bundle_id name public_name custom_id is_sharing weight_bump_g images")
PARTS: Final = lookup_table("bundle_parts", "part_id bundle_id variant_id quantity")
OPTIONS: Final = lookup_table("price_options", "option_id bundle_id unique_id name slug price_sen is_visible")
WAREHOUSES: Final = lookup_table(
    "warehouses", "warehouse_id unique_id name contact_name contact_phone address location_id postal_code"
)
STORE_PRODUCTS: Final = lookup_table("store_products", "store_id product_id")
STORE_OPTIONS: Final = lookup_table("store_price_options", "store_id option_id")
STOCK_IDS: Final = lookup_table("stock", "environment item_id warehouse_id stock_id")
CODE_POOLS: Final = lookup_table("code_pools", "environment variant_id")
STOCK: Final = lookup_table("stock", "stock_id environment item_id warehouse_id on_hand reserved updated_at")


async def available(
    connection: AsyncConnection, merchant_id: int, environment: str, item_ids: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(item id, warehouse id, how many can still be promised) of these items. Not locked: for showing only."""
    cursor = await connection.execute(
        "SELECT item_id, warehouse_id, on_hand - reserved FROM stock "
        "WHERE merchant_id = %s AND environment = %s AND item_id = ANY(%s::int8[]) ORDER BY 1, 2",
        (merchant_id, environment, list(item_ids)),
    )
    return await cursor.fetchall()
