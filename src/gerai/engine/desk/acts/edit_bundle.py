"""Change a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.catalogue.products import Bundle, BundlePart
from gerai.engine.desk.bundles import Parts, bundle_parts
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Name, words
from gerai.engine.desk.goods import Images, Sku, WeightG, Wording, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.connection import Connection
from gerai.store.lookup_table import add, change, remove, values_of


class BundleEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; ``parts`` are all there shall be. ``seen``: how it looked to whoever changes it; not
    given: however it looks."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    public_name: Annotated[Wording | UnsetType, words("Nama di toko", "Name in the store")] = UNSET
    custom_id: Annotated[Sku | UnsetType, words("Kode sendiri", "Own code")] = UNSET
    sharing: Annotated[bool | UnsetType, words("Dibagikan", "Shared")] = UNSET
    weight_bump_g: Annotated[WeightG | UnsetType, words("Berat kotak (gram)", "Weight of the box (grams)")] = UNSET
    images: Annotated[Images | UnsetType, words("Gambar", "Pictures")] = UNSET
    parts: Annotated[Parts | UnsetType, words("Isi", "Parts")] = UNSET


async def run(within: Within, given: BundleEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: a part that is not there, or is named twice. Orders that
    were placed keep what they were sold."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        there = found_in(catalogue.bundles, "bundle", given.id, given.seen)
        parts = there.parts
        if given.parts is not UNSET:
            parts = bundle_parts(within.engine.ids, catalogue, given.parts, there.parts)
        new, changes = edited(there, msgspec.structs.replace(given, parts=UNSET), sharing="is_sharing")
        await change(connection, sql.BUNDLES, within.merchant_id, values_of(new)[:-1])
        if parts != there.parts:
            await _replace_parts(connection, within.merchant_id, there, parts)
            changes["parts"] = [_in_short(there.parts), _in_short(parts)]
        note(given.id, **changes)
    return Done(str(given.id))


async def _replace_parts(connection: Connection, merchant_id: int, bundle: Bundle, parts: Sequence[BundlePart]) -> None:
    kept = {part.part_id for part in parts}
    for gone in bundle.parts:
        if gone.part_id not in kept:
            await remove(connection, sql.PARTS, merchant_id, gone.part_id)
    for part in parts:
        row = (part.part_id, bundle.bundle_id, part.variant_id, part.quantity)
        if not await change(connection, sql.PARTS, merchant_id, row):
            await add(connection, sql.PARTS, merchant_id, [row])


def _in_short(parts: Sequence[BundlePart]) -> dict[str, int]:
    return {str(part.variant_id): part.quantity for part in parts}


ACT = Act("bundles.edit", "catalogue:write", Bilingual("Ubah paket", "Change a bundle"), BundleEdit, run)
