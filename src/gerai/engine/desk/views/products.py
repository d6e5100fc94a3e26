"""What the shop sells, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gerai.engine.catalogue.products import Product, ProductCatalogue, Variant
from gerai.engine.catalogue.storefront import available
from gerai.engine.desk.fields import Id, IdOrAny, Limit, Seen, refers, seen_of, words
from gerai.engine.desk.goods import ItemType, Wording, catalogue_of, folded, newest_first, next_after
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class ProductFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``search``: a part of the name or of a SKU, whatever the case; ``store``: 0 is any."""

    search: Annotated[Wording, words("Cari nama atau SKU", "Search name or SKU", "kaos")] = ""
    store: Annotated[IdOrAny, words("Toko", "Store"), refers("stores")] = 0
    item_type: Annotated[ItemType | Literal[""], words("Jenis", "Kind", "physical")] = ""
    visible: Annotated[bool | None, words("Ditampilkan", "Shown")] = None
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class ProductRow(msgspec.Struct, frozen=True):
    """One product. The prices are the least and the most of its active variants; ``available``: how many pieces of its
    counted variants can still be promised, in all warehouses; none: nothing of it is counted."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    public_name: Annotated[str, words("Nama di toko", "Name in the store")]
    item_type: Annotated[str, words("Jenis", "Kind")]
    visible: Annotated[bool, words("Ditampilkan", "Shown")]
    variants: Annotated[int, words("Varian", "Variants")]
    skus: Annotated[tuple[str, ...], words("SKU", "SKUs")]
    price_sen: Annotated[int, words("Harga terendah", "Lowest price")]
    highest_price_sen: Annotated[int, words("Harga tertinggi", "Highest price")]
    available: Annotated[int | None, words("Tersedia", "Available")]
    image: Annotated[str, words("Gambar", "Picture")]
    stores: Annotated[tuple[int, ...], words("Nomor toko", "Ids of stores")]
    seen: Seen


async def run(within: Within, wanted: ProductFilter) -> ViewPage:
    """Products by id, newest first."""
    catalogue = catalogue_of(within)
    shelf = frozenset(catalogue.products_of_store.get(wanted.store, ()))

    search = folded(wanted.search)

    def fits(product: Product) -> bool:
        return (
            (not wanted.store or product.product_id in shelf)
            and wanted.item_type in ("", product.item_type)
            and wanted.visible in (None, product.is_visible)
            and (not search or search in catalogue.product_texts[product.product_id])
        )

    ids = newest_first(catalogue.products, wanted.after, wanted.limit, fits)
    shown = [catalogue.products[id] for id in ids[: wanted.limit]]
    left = await left_of(within, [v for p in shown for v in catalogue.variants_of_product.get(p.product_id, ())])
    return ViewPage([_row(product, catalogue, left) for product in shown], next_after(ids, wanted.limit))


def _row(product: Product, catalogue: ProductCatalogue, left: Mapping[int, int]) -> ProductRow:
    variants = catalogue.variants_of_product.get(product.product_id, ())
    prices = [one.price_sen for one in variants if one.is_active] or [0]
    counted = [left[one.variant_id] for one in variants if one.variant_id in left]
    return ProductRow(
        product.product_id, product.name, product.public_name, product.item_type, product.is_visible, len(variants),
        tuple(one.sku for one in variants if one.sku), min(prices), max(prices), sum(counted) if counted else None,
        next(iter(product.images), ""), stores_of(product.product_id, catalogue), seen_of(product),
    )  # fmt: skip


def stores_of(product_id: int, catalogue: ProductCatalogue) -> tuple[int, ...]:
    """The stores that offer a product."""
    return catalogue.stores_of_product.get(product_id, ())


async def left_of(within: Within, variants: list[Variant]) -> dict[int, int]:
    """How many of each counted variant can still be promised, in all warehouses together."""
    left = {one.variant_id: 0 for one in variants if one.is_inventory}
    if left:
        found = await available(within.engine, within.merchant_id, within.environment, [*left])
        for (variant_id, _), count in found.items():
            left[variant_id] += count
    return left


VIEW = View("products.list", "catalogue:read", Bilingual("Produk", "Products"), ProductFilter, ProductRow, run)
