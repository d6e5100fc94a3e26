"""Change a price at which a bundle is sold."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from gerai.engine.desk.bundles import Slug, free_slug
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Name, PriceSen, words
from gerai.engine.desk.goods import catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


class PriceOptionEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``seen``: how it looked to whoever changes it; not given: however it looks. Orders that
    were placed keep their price."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    price_sen: Annotated[PriceSen | UnsetType, words("Harga", "Price")] = UNSET
    slug: Annotated[Annotated[Slug, Meta(min_length=1)] | UnsetType, words("Bagian alamat", "Part of the address")] = (
        UNSET
    )
    visible: Annotated[bool | UnsetType, words("Ditampilkan", "Shown")] = UNSET


async def run(within: Within, given: PriceOptionEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: a part of an address that another one has."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        there = found_in(catalogue.options, "price option", given.id, given.seen)
        new, changes = edited(there, given, visible="is_visible")
        if "slug" in changes:
            free_slug(catalogue, given.id, new.slug, new.name)
        await change(connection, sql.OPTIONS, within.merchant_id, values_of(new))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act(
    "price_options.edit", "catalogue:write", Bilingual("Ubah harga paket", "Change a price option"), PriceOptionEdit,
    run,
)  # fmt: skip
