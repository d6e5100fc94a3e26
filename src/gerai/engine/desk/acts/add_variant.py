"""Add a variant to a product."""

from __future__ import annotations

from typing import Annotated

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.goods import Images, Options, Wording, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.variants import (
    Siblings,
    VariantFacts,
    new_variant,
    require_options,
    require_room,
    require_sku,
)
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of


class NewVariant(VariantFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``options``: one of each that the product's variants differ in. Without a name it has its product's, and its
    options behind it."""

    product_id: Annotated[Id, words("Produk", "Product"), refers("products")]
    options: Annotated[Options, words("Pilihan", "Options", ("L",))] = ()
    name: Annotated[Wording, words("Nama", "Name", "Kaos Polos - L")] = ""
    images: Annotated[Images, words("Gambar", "Pictures")] = ()


async def run(within: Within, given: NewVariant) -> Done:
    """Refuses InputInvalid: no such product, one with as many variants as it may have, a SKU that another variant has,
    or options that are not one of each or do not set it apart."""
    variant_id = within.engine.ids.next()
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        product = catalogue.products.get(given.product_id)
        if product is None:
            raise InputInvalid({"product_id": [f"there is no product {given.product_id}"]})
        require_sku(catalogue.variants_by_sku, variant_id, given.sku)
        siblings = Siblings(catalogue)
        require_options(siblings, product, variant_id, given.options)
        require_room(siblings, product)
        variant = new_variant(variant_id, product, given, given.name, given.options, given.images)
        # Of a variant its product keeps the type.
        await add(connection, sql.VARIANTS, within.merchant_id, [values_of(variant)[:-1]])
        note(variant_id, product_id=given.product_id, name=variant.name, sku=given.sku, price_sen=given.price_sen)
    return Done(str(variant_id), details={"unique_id": variant.unique_id})


ACT = Act("variants.add", "catalogue:write", Bilingual("Tambah varian", "Add a variant"), NewVariant, run)
