"""Change a warehouse."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from gerai.engine.desk.acts.add_warehouse import Address, Phone, PostalCode, require_district
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Id, Name, refers, words
from gerai.engine.desk.goods import catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


class WarehouseEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``seen``: how it looked to whoever changes it; not given: however it looks."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    address: Annotated[Address | UnsetType, words("Alamat", "Address")] = UNSET
    location_id: Annotated[Id | UnsetType, words("Kecamatan", "District"), refers("locations")] = UNSET
    postal_code: Annotated[PostalCode | UnsetType, words("Kode pos", "Postal code")] = UNSET
    contact_name: Annotated[Annotated[str, Meta(max_length=100)] | UnsetType, words("Penanggung jawab", "Contact")] = (
        UNSET
    )
    contact_phone: Annotated[Phone | UnsetType, words("Telepon", "Phone")] = UNSET


async def run(within: Within, given: WarehouseEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: a district that nobody knows."""
    if given.location_id is not UNSET:
        require_district(within, given.location_id)
    async with changing(within.engine, within.merchant_id) as connection:
        known = (await catalogue_in(within, connection)).warehouses
        there = found_in(known, "warehouse", given.id, given.seen)
        new, changes = edited(there, given)
        await change(connection, sql.WAREHOUSES, within.merchant_id, values_of(new))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act("warehouses.edit", "catalogue:write", Bilingual("Ubah gudang", "Change a warehouse"), WarehouseEdit, run)
