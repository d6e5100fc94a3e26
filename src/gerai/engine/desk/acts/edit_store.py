"""Change a store."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Id, Name, Seen, words
from gerai.engine.desk.goods import Logo, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.stores import Domain, Methods, StoreChoices, SubMethods, require_store
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


class StoreEdit(StoreChoices, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``seen``: how it looked to whoever changes it; not given: however it looks.
    ``domain_verified``: somebody checked that the store's own address leads here, so links use it; another address has
    to be checked again."""

    id: Annotated[Id, words("Nomor", "Id")]
    seen: Annotated[Seen | UnsetType, words("Terakhir dilihat", "As it was seen")] = UNSET
    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    payment_methods: Annotated[Methods | UnsetType, words("Metode pembayaran", "Payment methods")] = UNSET
    sub_payment_methods: Annotated[SubMethods | UnsetType, words("Bank", "Banks")] = UNSET
    domain: Annotated[Domain | UnsetType, words("Alamat toko", "Own address")] = UNSET
    domain_verified: Annotated[bool | UnsetType, words("Alamat sudah diperiksa", "The address was checked")] = UNSET
    logo: Annotated[Logo | UnsetType, words("Alamat logo", "Address of the logo")] = UNSET
    active: Annotated[bool | UnsetType, words("Aktif", "Active")] = UNSET
    public: Annotated[bool | UnsetType, words("Terbuka untuk umum", "Public")] = UNSET


async def run(within: Within, given: StoreEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid as ``stores.add``."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        there = found_in(catalogue.stores, "store", given.id, given.seen)
        if given.domain not in (UNSET, there.domain) and given.domain_verified is UNSET:
            given = msgspec.structs.replace(given, domain_verified=False)
        new, changes = edited(there, given, active="is_active", public="is_public")
        settings, chosen = edited(there.settings, given)
        new = msgspec.structs.replace(new, settings=settings)
        require_store(within, catalogue, new, there)
        await change(connection, sql.STORES, within.merchant_id, values_of(new))
        note(given.id, **changes, **chosen)
    return Done(str(given.id))


ACT = Act("stores.edit", "catalogue:write", Bilingual("Ubah toko", "Change a store"), StoreEdit, run)
