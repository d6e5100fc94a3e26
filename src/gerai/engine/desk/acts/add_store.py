"""Open a store."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from gerai.engine.catalogue.products import Store
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.goods import Logo, catalogue_in, unique_id
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.stores import Domain, Methods, StoreChoices, SubMethods, require_store
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of


class NewStore(StoreChoices, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``payment_methods``: as the counter that sells for stores names them; ``sub_payment_methods``: the banks of its
    virtual accounts, none for all of them. Links use the store's own address once somebody checked that it leads here:
    ``stores.edit`` notes that."""

    name: Annotated[Name, words("Nama", "Name", "Toko Baju Ani")]
    payment_methods: Annotated[Methods, words("Metode pembayaran", "Payment methods", ("invoice", "qris"))] = (
        "invoice",
    )
    sub_payment_methods: Annotated[SubMethods, words("Bank", "Banks", ("BCA", "BRI"))] = ()
    domain: Annotated[Domain, words("Alamat toko", "Own address", "https://toko.example.com")] = ""
    logo: Annotated[Logo, words("Alamat logo", "Address of the logo", "https://toko.example.com/logo.png")] = ""
    active: Annotated[bool, words("Aktif", "Active")] = True
    public: Annotated[bool, words("Terbuka untuk umum", "Public")] = True


async def run(within: Within, given: NewStore) -> Done:
    """Refuses InputInvalid: a way to be paid that nobody knows here, or an address that another store has."""
    settings, _ = edited(StoreSettings(), given)
    store = Store(
        within.engine.ids.next(), unique_id("store"), uuid4(), given.name, given.logo, given.domain, False,
        given.active, given.public, given.payment_methods, given.sub_payment_methods, settings,
    )  # fmt: skip
    async with changing(within.engine, within.merchant_id) as connection:
        require_store(within, await catalogue_in(within, connection), store)
        await add(connection, sql.STORES, within.merchant_id, [values_of(store)])
        note(store.store_id, name=given.name)
    return Done(str(store.store_id), details={"unique_id": store.unique_id})


ACT = Act("stores.add", "catalogue:write", Bilingual("Buka toko", "Open a store"), NewStore, run)
