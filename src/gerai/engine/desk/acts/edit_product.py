"""Change a product."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Product, ProductCatalogue
from gerai.engine.desk.acts.add_product import require_different
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Name, words
from gerai.engine.desk.goods import Images, Labels, Options, Wording, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


class ProductEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays; what a product is (its kind) stays for ever. ``seen``: how it looked to whoever changes
    it; not given: however it looks."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    public_name: Annotated[Wording | UnsetType, words("Nama di toko", "Name in the store")] = UNSET
    options: Annotated[Options | UnsetType, words("Pembeda varian", "What variants differ in")] = UNSET
    labels: Annotated[Labels | UnsetType, words("Label", "Labels")] = UNSET
    images: Annotated[Images | UnsetType, words("Gambar", "Pictures")] = UNSET


async def run(within: Within, given: ProductEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: variants that differ in something twice, or that have more
    options than would be left."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        new, changes = changed_product(catalogue, given)
        await change(connection, sql.PRODUCTS, within.merchant_id, values_of(new))
        note(given.id, **changes)
    return Done(str(given.id))


def changed_product(catalogue: ProductCatalogue, given: ProductEdit) -> tuple[Product, dict[str, Any]]:
    """The product as it shall be, and what that changes. Refuses as the act."""
    new, changes = edited(found_in(catalogue.products, "product", given.id, given.seen), given)
    if "options" in changes:
        _require_room(catalogue, new)
    return new, changes


def _require_room(catalogue: ProductCatalogue, product: Product) -> None:
    require_different(product.options)
    for variant in catalogue.variants_of_product.get(product.product_id, ()):
        if len(variant.options) > len(product.options):
            which = ", ".join(variant.options)
            raise InputInvalid({"options": [f"variant {variant.variant_id} has more: {which}"]})


ACT = Act("products.edit", "catalogue:write", Bilingual("Ubah produk", "Change a product"), ProductEdit, run)
