"""Add a product with its first variant."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Product, Variant
from gerai.engine.desk.fields import Name, refers, words
from gerai.engine.desk.goods import Images, ItemType, Labels, Options, StoreIds, Wording, catalogue_in, offering
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.variants import VariantFacts, new_variant, require_sku
from gerai.engine.ids import Ids
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of


class NewProduct(VariantFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A product, and what its first variant is. ``options``: what its variants differ in; ``first_options``: what the
    first one has of each. ``stores``: those that offer it; not given: the shop's only one."""

    name: Annotated[Name, words("Nama", "Name", "Kaos Polos")]
    public_name: Annotated[Wording, words("Nama di toko", "Name in the store")] = ""
    item_type: Annotated[ItemType, words("Jenis", "Kind", "physical")] = "physical"
    visible: Annotated[bool, words("Ditampilkan", "Shown")] = True
    options: Annotated[Options, words("Pembeda varian", "What variants differ in", ("Ukuran",))] = ()
    first_options: Annotated[Options, words("Pilihan varian pertama", "Options of the first variant", ("M",))] = ()
    labels: Annotated[Labels, words("Label", "Labels")] = ()
    images: Annotated[Images, words("Gambar", "Pictures", ("https://toko.example.com/kaos.jpg",))] = ()
    stores: Annotated[StoreIds, words("Toko", "Stores"), refers("stores", alone=True)] = ()


async def run(within: Within, given: NewProduct) -> Done:
    """Refuses InputInvalid: a SKU that another variant has, options that are named twice or not one of each, a store
    that is not there, or none named where there are several."""
    product, variant = new_goods(within.engine.ids, given)
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        require_sku(catalogue.variants_by_sku, variant.variant_id, given.sku)
        offered = [(store.store_id, product.product_id) for store in offering(catalogue, given.stores)]
        await add(connection, sql.PRODUCTS, within.merchant_id, [values_of(product)])
        # Of a variant its product keeps the type.
        await add(connection, sql.VARIANTS, within.merchant_id, [values_of(variant)[:-1]])
        await add(connection, sql.STORE_PRODUCTS, within.merchant_id, offered)
        note(
            product.product_id, name=given.name, variant_id=variant.variant_id, sku=given.sku,
            price_sen=given.price_sen, stores=[store_id for store_id, _ in offered],
        )  # fmt: skip
    made = {"variant_id": str(variant.variant_id), "variant_unique_id": variant.unique_id}
    return Done(str(product.product_id), details=made)


def new_goods(ids: Ids, given: NewProduct, variant_name: str = "") -> tuple[Product, Variant]:
    """The product and its first variant. Refuses InputInvalid: options that are named twice or not one of each."""
    if len(given.first_options) != len(given.options):
        raise InputInvalid({"first_options": ["name one of each that the variants differ in"]})
    require_different(given.options)
    product = Product(
        ids.next(), uuid4(), given.name, given.public_name or given.name, given.item_type, given.visible,
        given.options, given.labels, given.images,
    )  # fmt: skip
    return product, new_variant(ids.next(), product, given, variant_name, given.first_options)


def require_different(options: tuple[str, ...]) -> None:
    """Refuses InputInvalid: variants differ in something twice."""
    if len({one.casefold() for one in options}) < len(options):
        raise InputInvalid({"options": ["names one twice"]})


ACT = Act("products.add", "catalogue:write", Bilingual("Tambah produk", "Add a product"), NewProduct, run)
