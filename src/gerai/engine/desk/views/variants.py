"""Everything that is sold, variant by variant, with what its product says of it: the list that a file takes away and
brings back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.fields import Id, IdOrAny, Limit, Seen, seen_of, words
from gerai.engine.desk.goods import Wording, catalogue_of, folded
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.products import left_of, stores_of
from gerai.kit.bilingual import Bilingual


class VariantFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``search``: a part of the name or SKU, whatever the case; ``product``: 0 is any; ``active``: whether it is
    sold."""

    search: Annotated[Wording, words("Cari nama atau SKU", "Search name or SKU", "KP-M")] = ""
    product: Annotated[IdOrAny, words("Nomor produk", "Id of a product")] = 0
    active: Annotated[bool | None, words("Dijual", "Sold")] = None
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class ListedVariant(msgspec.Struct, frozen=True):
    """One variant. ``name``, ``public_name``, ``item_type``, ``visible``, ``differ_in``, ``labels`` and ``images`` are
    its product's; ``available``: how many can still be promised, in all warehouses; none: it is not counted."""

    id: Annotated[Id, words("Nomor", "Id")]
    sku: Annotated[str, words("SKU", "SKU")]
    name: Annotated[str, words("Nama produk", "Name of the product")]
    options: Annotated[tuple[str, ...], words("Pilihan", "Options")]
    price_sen: Annotated[int, words("Harga", "Price")]
    reseller_price_sen: Annotated[int, words("Harga reseller", "Reseller price")]
    cost_sen: Annotated[int, words("Modal", "Cost")]
    weight_g: Annotated[int, words("Berat (gram)", "Weight (grams)")]
    counted: Annotated[bool, words("Stok dihitung", "Stock is counted")]
    available: Annotated[int | None, words("Tersedia", "Available")]
    active: Annotated[bool, words("Dijual", "Sold")]
    variant_name: Annotated[str, words("Nama varian", "Name of the variant")]
    public_name: Annotated[str, words("Nama di toko", "Name in the store")]
    item_type: Annotated[str, words("Jenis", "Kind")]
    visible: Annotated[bool, words("Ditampilkan", "Shown")]
    differ_in: Annotated[tuple[str, ...], words("Pembeda varian", "What variants differ in")]
    labels: Annotated[tuple[str, ...], words("Label", "Labels")]
    images: Annotated[tuple[str, ...], words("Gambar produk", "Pictures of the product")]
    variant_images: Annotated[tuple[str, ...], words("Gambar varian", "Pictures of the variant")]
    stores: Annotated[tuple[int, ...], words("Nomor toko", "Ids of stores")]
    product_id: Annotated[Id, words("Nomor produk", "Id of the product")]
    seen: Seen


async def run(within: Within, wanted: VariantFilter) -> ViewPage:
    """By id."""
    catalogue, search = catalogue_of(within), folded(wanted.search)
    found: list[Variant] = []
    behind = int(wanted.after or 0)
    for id in catalogue.variant_ids[bisect_right(catalogue.variant_ids, behind) :]:
        one = catalogue.variants[id]
        if wanted.product not in (0, one.product_id) or wanted.active not in (None, one.is_active):
            continue
        if search and search not in catalogue.variant_texts[id]:
            continue
        found.append(one)
        if len(found) > wanted.limit:
            break
    shown = found[: wanted.limit]
    left = await left_of(within, shown)
    rows = [_row(one, catalogue, left) for one in shown]
    return ViewPage(rows, str(shown[-1].variant_id) if len(found) > wanted.limit else "")


def _row(one: Variant, catalogue: ProductCatalogue, left: Mapping[int, int]) -> ListedVariant:
    product = catalogue.products[one.product_id]
    return ListedVariant(
        one.variant_id, one.sku, product.name, one.options, one.price_sen, one.reseller_price_sen, one.cost_sen,
        one.weight_g, one.is_inventory, left.get(one.variant_id), one.is_active, one.name, product.public_name,
        product.item_type, product.is_visible, product.options, product.labels, product.images, one.images,
        stores_of(product.product_id, catalogue), product.product_id, seen_of(one),
    )  # fmt: skip


VIEW = View("variants.list", "catalogue:read", Bilingual("Varian", "Variants"), VariantFilter, ListedVariant, run)
