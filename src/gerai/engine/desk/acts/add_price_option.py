"""Give a bundle a price."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import PriceOption
from gerai.engine.desk.bundles import Slug, free_slug
from gerai.engine.desk.fields import Id, Name, PriceSen, refers, words
from gerai.engine.desk.goods import StoreIds, catalogue_in, offering, unique_id
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of


class NewPriceOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``slug``: its part of an address, made of the name when not given. ``stores``: those that offer it; not given:
    the shop's only one."""

    bundle_id: Annotated[Id, words("Paket", "Bundle"), refers("bundles")]
    name: Annotated[Name, words("Nama", "Name", "Paket Hemat Promo")]
    price_sen: Annotated[PriceSen, words("Harga", "Price", 320_000_00)]
    slug: Annotated[Slug, words("Bagian alamat", "Part of the address", "paket-hemat-promo")] = ""
    visible: Annotated[bool, words("Ditampilkan", "Shown")] = True
    stores: Annotated[StoreIds, words("Toko", "Stores"), refers("stores", alone=True)] = ()


async def run(within: Within, given: NewPriceOption) -> Done:
    """Refuses InputInvalid: no such bundle, a part of an address that another one has, a store that is not there, or
    none named where there are several."""
    option_id = within.engine.ids.next()
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        if given.bundle_id not in catalogue.bundles:
            raise InputInvalid({"bundle_id": [f"there is no bundle {given.bundle_id}"]})
        slug = free_slug(catalogue, option_id, given.slug, given.name)
        option = PriceOption(
            option_id, given.bundle_id, unique_id("bpo"), given.name, slug, given.price_sen, given.visible
        )
        offered = [(store.store_id, option_id) for store in offering(catalogue, given.stores)]
        await add(connection, sql.OPTIONS, within.merchant_id, [values_of(option)])
        await add(connection, sql.STORE_OPTIONS, within.merchant_id, offered)
        note(
            option_id, bundle_id=given.bundle_id, name=given.name, price_sen=given.price_sen,
            stores=[store_id for store_id, _ in offered],
        )  # fmt: skip
    return Done(str(option_id), details={"unique_id": option.unique_id, "slug": slug})


ACT = Act(
    "price_options.add", "catalogue:write", Bilingual("Tambah harga paket", "Add a price option"), NewPriceOption, run
)
