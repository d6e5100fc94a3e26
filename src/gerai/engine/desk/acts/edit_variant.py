"""Change a variant."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from gerai.engine.catalogue.products import ProductCatalogue, Variant
from gerai.engine.desk.edit import edited, found_in
from gerai.engine.desk.fields import Edit, Name, PriceSen, words
from gerai.engine.desk.goods import Images, Options, Sku, WeightG, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.variants import Siblings, Skus, require_options, require_sku
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


class VariantEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``seen``: how it looked to whoever changes it; not given: however it looks. Orders that
    were placed keep what they were sold, at its price."""

    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    sku: Annotated[Sku | UnsetType, words("SKU", "SKU")] = UNSET
    options: Annotated[Options | UnsetType, words("Pilihan", "Options")] = UNSET
    price_sen: Annotated[PriceSen | UnsetType, words("Harga", "Price")] = UNSET
    reseller_price_sen: Annotated[PriceSen | UnsetType, words("Harga reseller", "Reseller price")] = UNSET
    cost_sen: Annotated[PriceSen | UnsetType, words("Modal", "Cost")] = UNSET
    weight_g: Annotated[WeightG | UnsetType, words("Berat (gram)", "Weight (grams)")] = UNSET
    counted: Annotated[bool | UnsetType, words("Stok dihitung", "Stock is counted")] = UNSET
    active: Annotated[bool | UnsetType, words("Dijual", "Sold")] = UNSET
    images: Annotated[Images | UnsetType, words("Gambar", "Pictures")] = UNSET


async def run(within: Within, given: VariantEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: a SKU that another variant has, or options that are not one
    of each or do not set it apart."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        new, changes = changed_variant(catalogue, given)
        # Of a variant its product keeps the type.
        await change(connection, sql.VARIANTS, within.merchant_id, values_of(new)[:-1])
        note(given.id, **changes)
    return Done(str(given.id))


def changed_variant(
    catalogue: ProductCatalogue, given: VariantEdit, skus: Skus | None = None, siblings: Siblings | None = None
) -> tuple[Variant, dict[str, Any]]:
    """The variant as it shall be, and what that changes. Refuses as the act. ``skus`` and ``siblings``: of
    this catalogue, where they are known."""
    there = found_in(catalogue.variants, "variant", given.id, given.seen)
    new, changes = edited(there, given, counted="is_inventory", active="is_active")
    if "sku" in changes:
        require_sku(catalogue.variants_by_sku if skus is None else skus, given.id, new.sku)
    if "options" in changes:
        product = catalogue.products[there.product_id]
        require_options(siblings or Siblings(catalogue), product, given.id, new.options)
    return new, changes


ACT = Act("variants.edit", "catalogue:write", Bilingual("Ubah varian", "Change a variant"), VariantEdit, run)
