"""One product with its variants."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import Variant
from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById, Id, Seen, seen_of, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.products import left_of, stores_of
from gerai.kit.bilingual import Bilingual


class VariantRow(msgspec.Struct, frozen=True):
    """What is really sold. ``available``: how many can still be promised, in all warehouses; none: it is not counted
    and never sold out."""

    id: Annotated[Id, words("Nomor", "Id")]
    unique_id: Annotated[str, words("Nomor publik", "Public id")]
    name: Annotated[str, words("Nama", "Name")]
    sku: Annotated[str, words("SKU", "SKU")]
    options: Annotated[tuple[str, ...], words("Pilihan", "Options")]
    price_sen: Annotated[int, words("Harga", "Price")]
    reseller_price_sen: Annotated[int, words("Harga reseller", "Reseller price")]
    cost_sen: Annotated[int, words("Modal", "Cost")]
    weight_g: Annotated[int, words("Berat (gram)", "Weight (grams)")]
    counted: Annotated[bool, words("Stok dihitung", "Stock is counted")]
    active: Annotated[bool, words("Dijual", "Sold")]
    images: Annotated[tuple[str, ...], words("Gambar", "Pictures")]
    available: Annotated[int | None, words("Tersedia", "Available")]
    seen: Seen


class WholeProduct(msgspec.Struct, frozen=True):
    """A product. ``options``: what its variants differ in; ``stores``: those that offer it; ``seen``: as the product
    itself looks now, whatever its variants do."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    public_name: Annotated[str, words("Nama di toko", "Name in the store")]
    item_type: Annotated[str, words("Jenis", "Kind")]
    visible: Annotated[bool, words("Ditampilkan", "Shown")]
    options: Annotated[tuple[str, ...], words("Pembeda varian", "What variants differ in")]
    labels: Annotated[tuple[str, ...], words("Label", "Labels")]
    images: Annotated[tuple[str, ...], words("Gambar", "Pictures")]
    stores: Annotated[tuple[int, ...], words("Nomor toko", "Ids of stores")]
    variants: Annotated[tuple[VariantRow, ...], words("Varian", "Variants")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    catalogue = catalogue_of(within)
    there = found_in(catalogue.products, "product", wanted.id)
    variants = catalogue.variants_of_product.get(wanted.id, ())
    left = await left_of(within, [*variants])
    return ViewPage(
        [
            WholeProduct(
                there.product_id, there.name, there.public_name, there.item_type, there.is_visible, there.options,
                there.labels, there.images, stores_of(wanted.id, catalogue),
                tuple(variant_row(one, left.get(one.variant_id)) for one in variants), seen_of(there),
            )
        ]
    )  # fmt: skip


def variant_row(variant: Variant, left: int | None) -> VariantRow:
    """A variant as it is changed; ``left``: how many can still be promised, None: it is not counted."""
    return VariantRow(
        variant.variant_id, variant.unique_id, variant.name, variant.sku, variant.options, variant.price_sen,
        variant.reseller_price_sen, variant.cost_sen, variant.weight_g, variant.is_inventory, variant.is_active,
        variant.images, left, seen_of(variant),
    )  # fmt: skip


VIEW = View("products.show", "catalogue:read", Bilingual("Satu produk", "One product"), ById, WholeProduct, run)
