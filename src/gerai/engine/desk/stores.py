"""What the views and acts about stores share: what a store decides for itself, and what must be true of one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import ProductCatalogue, Store
from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.goods import catalogue_in, require_known
from gerai.engine.desk.house import Within
from gerai.store import storefront as sql
from gerai.store.connection import Connection
from gerai.store.lookup_table import LookupTable

#: ``https://toko.example.com``, without a path. (The end as in goods.py.)
Domain = Annotated[
    str,
    Meta(max_length=260, pattern=r"^(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}(:[0-9]{1,5})?)?(?![\s\S])"),
]
Methods = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(min_length=1, max_length=100)]
_Ids = Annotated[tuple[Id, ...], Meta(max_length=200)]
SubMethods = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=100)]
#: What may be chosen has an upper bound that no shop meets.
_Hours = Annotated[int, Meta(ge=0, le=876_000)]
_Rupiah = Annotated[int, Meta(ge=0, le=100_000)]
_Letters = Annotated[int, Meta(ge=0, le=500)]

CHECKED: Final = words("Ongkos kirim harus sama dengan hitungan kita", "A shipping cost must be what we quote")
COMPLETION: Final = words("Pesanan digital selesai", "A digital order is complete")
UNIQUE_CODE: Final = words("Kode unik paling besar (rupiah)", "Largest unique code (rupiah)", 500)
NAME_LENGTH: Final = words("Nama pembeli paling pendek", "Shortest name of a buyer", 3)
ADDRESS_LENGTH: Final = words("Alamat pembeli paling pendek", "Shortest address of a buyer", 10)
EXPIRES: Final = words("Pesanan kedaluwarsa setelah (jam, 0: tidak)", "An order expires after (hours, 0: never)", 72)
Completion = Literal["auto", "when_settled", "manual"]


class StoreChoices(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a store decides for itself (engine/catalogue/store_settings.py). What is not given stays, or has its
    default in a new store."""

    check_shipping_cost: Annotated[bool | UnsetType, CHECKED] = UNSET
    digital_completion: Annotated[Completion | UnsetType, COMPLETION] = UNSET
    unique_code_max: Annotated[_Rupiah | UnsetType, UNIQUE_CODE] = UNSET
    min_name_length: Annotated[_Letters | UnsetType, NAME_LENGTH] = UNSET
    min_address_length: Annotated[_Letters | UnsetType, ADDRESS_LENGTH] = UNSET
    expire_after_h: Annotated[_Hours | UnsetType, EXPIRES] = UNSET


class StoreGoods(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Goods of a store, by their ids."""

    id: Annotated[Id, words("Toko", "Store")]
    products: Annotated[_Ids, words("Produk", "Products", (7319,)), refers("products")] = ()
    price_options: Annotated[_Ids, words("Harga paket", "Price options", (7320,)), refers("price_options")] = ()


async def shelves(within: Within, connection: Connection, given: StoreGoods) -> list[tuple[LookupTable, int]]:
    """The tables and ids of these goods. Refuses NotFound (the store), and InputInvalid: nothing is named, or something
    that is not there."""
    if not (given.products or given.price_options):
        raise InputInvalid({"products": ["name at least one, or a price option"]})
    catalogue = await catalogue_in(within, connection)
    found_in(catalogue.stores, "store", given.id)
    require_known("products", "product", given.products, catalogue.products)
    require_known("price_options", "price option", given.price_options, catalogue.options)
    products = [(sql.STORE_PRODUCTS, id) for id in given.products]
    return products + [(sql.STORE_OPTIONS, id) for id in given.price_options]


def require_store(within: Within, catalogue: ProductCatalogue, store: Store, before: Store | None = None) -> None:
    """Refuses InputInvalid: a way to be paid that nobody knows here, or an address that another store has. What a store
    had ``before`` is not asked again."""
    house, methods, banks = within.house, store.payment_methods, store.sub_payment_methods
    if before is not None:
        methods = methods if methods != before.payment_methods else ()
        banks = banks if banks != before.sub_payment_methods else ()
    house.store_methods.require(methods, banks, house.payment_methods)
    for one in catalogue.stores.values():
        if store.domain and one.domain == store.domain and one.store_id != store.store_id:
            raise InputInvalid({"domain": [f"{store.domain} is the address of store {one.store_id}, {one.name}"]})
