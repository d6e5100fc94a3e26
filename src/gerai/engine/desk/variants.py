"""What the acts about variants share: what is said of a new one, and what must be true of each."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated
from uuid import uuid4

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Product, ProductCatalogue, Variant
from gerai.engine.desk.fields import PriceSen, words
from gerai.engine.desk.goods import Sku, WeightG, unique_id

#: The variants that have a SKU, by it, whatever its case.
Skus = defaultdict[str, list[Variant]]


class VariantFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is said of a new variant. ``counted``: its stock is counted, so that it can be sold out; it is, until it was
    counted for the first time (``stock.count``)."""

    price_sen: Annotated[PriceSen, words("Harga", "Price", 150_000_00)]
    sku: Annotated[Sku, words("SKU", "SKU", "KP-M")] = ""
    reseller_price_sen: Annotated[PriceSen, words("Harga reseller", "Reseller price", 135_000_00)] = 0
    cost_sen: Annotated[PriceSen, words("Modal", "Cost", 90_000_00)] = 0
    weight_g: Annotated[WeightG, words("Berat (gram)", "Weight (grams)", 250)] = 0
    counted: Annotated[bool, words("Stok dihitung", "Stock is counted", True)] = False
    active: Annotated[bool, words("Dijual", "Sold")] = True


def new_variant(
    id: int, product: Product, given: VariantFacts, name: str, options: tuple[str, ...], images: tuple[str, ...] = ()
) -> Variant:
    """The variant. Without a name of its own it has its product's, and its options behind it."""
    return Variant(
        id, product.product_id, unique_id("variant"), uuid4(), name or " - ".join((product.name, *options)), given.sku,
        given.price_sen, given.reseller_price_sen, given.cost_sen, given.weight_g, given.counted, given.active,
        options, images, {}, product.item_type,
    )  # fmt: skip


def skus_of(catalogue: ProductCatalogue) -> Skus:
    """Who has which SKU; whoever decides about many asks this once."""
    found: Skus = defaultdict(list)
    for one in catalogue.variants.values():
        if one.sku:
            found[one.sku.casefold()].append(one)
    return found


def require_sku(skus: Skus, variant_id: int, sku: str) -> None:
    """Refuses InputInvalid: another variant of the shop has this SKU, whatever the case. Many may have none."""
    for one in skus.get(sku.casefold(), ()) if sku else ():
        if one.variant_id != variant_id:
            raise InputInvalid({"sku": [f"{sku} is the SKU of variant {one.variant_id}, {one.name}"]})


def require_options(catalogue: ProductCatalogue, product: Product, variant_id: int, options: tuple[str, ...]) -> None:
    """Refuses InputInvalid: options that are not one of each, or do not set the variant apart from its product's
    others."""
    if len(options) != len(product.options):
        raise InputInvalid({"options": [_wanted_options(product)]})
    for one in catalogue.variants_of_product.get(product.product_id, ()):
        if one.variant_id != variant_id and _alike(one.options, options):
            which = ", ".join(options) or "without options"
            raise InputInvalid({"options": [f"there is one already, {which}: variant {one.variant_id}"]})


def _wanted_options(product: Product) -> str:
    if not product.options:
        return "the product names nothing that its variants differ in"
    return f"name one of each: {', '.join(product.options)}"


def _alike(options: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return [one.casefold() for one in options] == [one.casefold() for one in others]
