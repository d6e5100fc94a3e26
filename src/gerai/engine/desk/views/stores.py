"""The shop's stores: names under which it sells, each with its own goods."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.products import ProductCatalogue, Store
from gerai.engine.desk import stores as fields
from gerai.engine.desk.fields import Id, Seen, seen_of, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class StoreFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all are shown."""


class StoreRow(msgspec.Struct, frozen=True):
    """One store. ``products`` and ``price_options``: how many of each it offers; ``seen``: as it looks now."""

    id: Annotated[Id, words("Nomor", "Id")]
    unique_id: Annotated[str, words("Nomor publik", "Public id")]
    name: Annotated[str, words("Nama", "Name")]
    logo: Annotated[str, words("Alamat logo", "Address of the logo")]
    domain: Annotated[str, words("Alamat toko", "Own address")]
    domain_verified: Annotated[bool, words("Alamat sudah diperiksa", "The address was checked")]
    active: Annotated[bool, words("Aktif", "Active")]
    public: Annotated[bool, words("Terbuka untuk umum", "Public")]
    payment_methods: Annotated[tuple[str, ...], words("Metode pembayaran", "Payment methods")]
    sub_payment_methods: Annotated[tuple[str, ...], words("Bank", "Banks")]
    check_shipping_cost: Annotated[bool, fields.CHECKED]
    digital_completion: Annotated[str, fields.COMPLETION]
    unique_code_max: Annotated[int, fields.UNIQUE_CODE]
    min_name_length: Annotated[int, fields.NAME_LENGTH]
    min_address_length: Annotated[int, fields.ADDRESS_LENGTH]
    expire_after_h: Annotated[int, fields.EXPIRES]
    products: Annotated[int, words("Produk", "Products")]
    price_options: Annotated[int, words("Harga paket", "Price options")]
    seen: Seen


async def run(within: Within, wanted: StoreFilter) -> ViewPage:
    """All stores, by id."""
    catalogue = catalogue_of(within)
    return ViewPage([row_of(store, catalogue) for store in catalogue.stores.values()])


def row_of(store: Store, catalogue: ProductCatalogue) -> StoreRow:
    """A store as it is seen."""
    chosen = store.settings
    return StoreRow(
        store.store_id, store.unique_id, store.name, store.logo, store.domain, store.domain_verified, store.is_active,
        store.is_public, store.payment_methods, store.sub_payment_methods, chosen.check_shipping_cost,
        chosen.digital_completion, chosen.unique_code_max, chosen.min_name_length, chosen.min_address_length,
        chosen.expire_after_h, len(catalogue.products_of_store.get(store.store_id, ())),
        len(catalogue.options_of_store.get(store.store_id, ())), seen_of(store),
    )  # fmt: skip


VIEW = View("stores.list", "catalogue:read", Bilingual("Toko online", "Stores"), StoreFilter, StoreRow, run)
