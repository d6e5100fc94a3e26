"""Put variants together."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import Bundle
from gerai.engine.desk.bundles import Parts, bundle_parts
from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.goods import Images, Sku, WeightG, Wording, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of


class NewBundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bundle; ``price_options.add`` gives it the prices at which it is sold. ``sharing``: it is shown to the shop's
    partners."""

    name: Annotated[Name, words("Nama", "Name", "Paket Hemat")]
    parts: Annotated[Parts, words("Isi", "Parts", ({"variant_id": 7319, "quantity": 2},))]
    public_name: Annotated[Wording, words("Nama di toko", "Name in the store")] = ""
    custom_id: Annotated[Sku, words("Kode sendiri", "Own code", "PH-1")] = ""
    sharing: Annotated[bool, words("Dibagikan", "Shared")] = False
    weight_bump_g: Annotated[WeightG, words("Berat kotak (gram)", "Weight of the box (grams)", 150)] = 0
    images: Annotated[Images, words("Gambar", "Pictures")] = ()


async def run(within: Within, given: NewBundle) -> Done:
    """Refuses InputInvalid: a part that is not there, or is named twice."""
    ids = within.engine.ids
    bundle_id = ids.next()
    async with changing(within.engine, within.merchant_id) as connection:
        parts = bundle_parts(ids, await catalogue_in(within, connection), given.parts)
        bundle = Bundle(
            bundle_id, given.name, given.public_name or given.name, given.custom_id, given.sharing,
            given.weight_bump_g, given.images, parts,
        )  # fmt: skip
        await add(connection, sql.BUNDLES, within.merchant_id, [values_of(bundle)[:-1]])
        rows = [(part.part_id, bundle_id, part.variant_id, part.quantity) for part in parts]
        await add(connection, sql.PARTS, within.merchant_id, rows)
        note(bundle_id, name=given.name, parts={str(part.variant_id): part.quantity for part in parts})
    return Done(str(bundle_id))


ACT = Act("bundles.add", "catalogue:write", Bilingual("Tambah paket", "Add a bundle"), NewBundle, run)
