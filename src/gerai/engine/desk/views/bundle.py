"""One bundle with its parts and the prices it is sold at."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import BundlePart, PriceOption, ProductCatalogue
from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById, Id, Seen, seen_of, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class PartRow(msgspec.Struct, frozen=True):
    """So many of a variant; ``price_sen`` is that of one by itself."""

    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    name: Annotated[str, words("Nama", "Name")]
    sku: Annotated[str, words("SKU", "SKU")]
    quantity: Annotated[int, words("Jumlah", "How many")]
    price_sen: Annotated[int, words("Harga satuan", "Price of one")]


class PriceOptionRow(msgspec.Struct, frozen=True):
    """A price the bundle is sold at. ``stores``: those that offer it; ``seen``: as it looks now."""

    id: Annotated[Id, words("Nomor", "Id")]
    unique_id: Annotated[str, words("Nomor publik", "Public id")]
    name: Annotated[str, words("Nama", "Name")]
    slug: Annotated[str, words("Bagian alamat", "Part of the address")]
    price_sen: Annotated[int, words("Harga", "Price")]
    visible: Annotated[bool, words("Ditampilkan", "Shown")]
    stores: Annotated[tuple[int, ...], words("Nomor toko", "Ids of stores")]
    seen: Seen


class WholeBundle(msgspec.Struct, frozen=True):
    """A bundle. ``seen``: as it and its parts look now, whatever its prices do."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    public_name: Annotated[str, words("Nama di toko", "Name in the store")]
    custom_id: Annotated[str, words("Kode sendiri", "Own code")]
    sharing: Annotated[bool, words("Dibagikan", "Shared")]
    weight_bump_g: Annotated[int, words("Berat kotak (gram)", "Weight of the box (grams)")]
    images: Annotated[tuple[str, ...], words("Gambar", "Pictures")]
    parts: Annotated[tuple[PartRow, ...], words("Isi", "Parts")]
    price_options: Annotated[tuple[PriceOptionRow, ...], words("Harga paket", "Price options")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    catalogue = catalogue_of(within)
    there = found_in(catalogue.bundles, "bundle", wanted.id)
    options = [one for one in catalogue.options.values() if one.bundle_id == wanted.id]
    whole = WholeBundle(
        there.bundle_id, there.name, there.public_name, there.custom_id, there.is_sharing, there.weight_bump_g,
        there.images, tuple(_part(part, catalogue) for part in there.parts),
        tuple(option_row(option, catalogue) for option in options), seen_of(there),
    )  # fmt: skip
    return ViewPage([whole])


def _part(part: BundlePart, catalogue: ProductCatalogue) -> PartRow:
    variant = catalogue.variants[part.variant_id]
    return PartRow(part.variant_id, variant.name, variant.sku, part.quantity, variant.price_sen)


def option_row(option: PriceOption, catalogue: ProductCatalogue) -> PriceOptionRow:
    """A price as it is changed."""
    stores = tuple(id for id in catalogue.stores if option.option_id in catalogue.options_of_store.get(id, ()))
    return PriceOptionRow(
        option.option_id, option.unique_id, option.name, option.slug, option.price_sen, option.is_visible, stores,
        seen_of(option),
    )  # fmt: skip


VIEW = View("bundles.show", "catalogue:read", Bilingual("Satu paket", "One bundle"), ById, WholeBundle, run)
