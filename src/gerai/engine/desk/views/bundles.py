"""What the shop sells together, newest first."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import Bundle, PriceOption, ProductCatalogue
from gerai.engine.desk.fields import Id, Limit, Seen, seen_of, words
from gerai.engine.desk.goods import Wording, catalogue_of, folded, newest_first, next_after
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class BundleFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``search``: a part of the name or of the shop's own code, whatever the case."""

    search: Annotated[Wording, words("Cari nama atau kode", "Search name or code", "hemat")] = ""
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class BundleRow(msgspec.Struct, frozen=True):
    """One bundle. ``pieces``: how many are in it; the prices are the least and the most it is sold at;
    ``variants_sen``: what its parts cost one by one."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    public_name: Annotated[str, words("Nama di toko", "Name in the store")]
    custom_id: Annotated[str, words("Kode sendiri", "Own code")]
    pieces: Annotated[int, words("Isi", "Pieces")]
    price_options: Annotated[int, words("Harga paket", "Price options")]
    price_sen: Annotated[int, words("Harga terendah", "Lowest price")]
    highest_price_sen: Annotated[int, words("Harga tertinggi", "Highest price")]
    variants_sen: Annotated[int, words("Harga satuan seluruhnya", "Price of the parts")]
    seen: Seen


async def run(within: Within, wanted: BundleFilter) -> ViewPage:
    """Bundles by id, newest first."""
    catalogue = catalogue_of(within)

    search = folded(wanted.search)

    def fits(bundle: Bundle) -> bool:
        return search in f"{bundle.name}\n{bundle.public_name}\n{bundle.custom_id}".casefold()

    ids = newest_first(catalogue.bundles, wanted.after, wanted.limit, fits)
    options: dict[int, list[PriceOption]] = {id: [] for id in ids}
    for option in catalogue.options.values():
        if option.bundle_id in options:
            options[option.bundle_id].append(option)
    rows = [_row(catalogue.bundles[id], options[id], catalogue) for id in ids[: wanted.limit]]
    return ViewPage(rows, next_after(ids, wanted.limit))


def _row(bundle: Bundle, options: list[PriceOption], catalogue: ProductCatalogue) -> BundleRow:
    prices = [option.price_sen for option in options] or [0]
    return BundleRow(
        bundle.bundle_id, bundle.name, bundle.public_name, bundle.custom_id,
        sum(part.quantity for part in bundle.parts), len(options), min(prices), max(prices),
        sum(catalogue.variants[part.variant_id].price_sen * part.quantity for part in bundle.parts), seen_of(bundle),
    )  # fmt: skip


VIEW = View("bundles.list", "catalogue:read", Bilingual("Paket", "Bundles"), BundleFilter, BundleRow, run)
