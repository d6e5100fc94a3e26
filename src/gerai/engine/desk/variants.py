"""What the acts about variants share: what is said of a new one, and what must be true of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import uuid4

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Product, ProductCatalogue, Variant
from gerai.engine.desk.fields import PriceSen, words
from gerai.engine.desk.goods import Sku, WeightG, unique_id

#: Of one product: they are read together wherever it is shown.
MOST_VARIANTS: Final = 2_000
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
    """Who has which SKU; whoever decides about many asks this once, and keeps it true."""
    return defaultdict(list, {sku: [*found] for sku, found in catalogue.variants_by_sku.items()})


def require_sku(skus: Mapping[str, Sequence[Variant]], variant_id: int, sku: str) -> None:
    """Refuses InputInvalid: another variant of the shop has this SKU, whatever the case. Many may have none."""
    for one in skus.get(sku.casefold(), ()) if sku else ():
        if one.variant_id != variant_id:
            raise InputInvalid({"sku": [f"{sku} is the SKU of variant {one.variant_id}, {one.name}"]})


class Siblings:
    """The variants of each product by their options, whatever the case; whoever decides about many asks one of these,
    and tells it what became of them."""

    def __init__(self, catalogue: ProductCatalogue) -> None:
        self._catalogue = catalogue
        self._of: dict[int, defaultdict[tuple[str, ...], list[int]]] = {}
        self._count: dict[int, int] = {}

    def alike(self, product_id: int, options: tuple[str, ...]) -> list[int]:
        """The ids of those with these options."""
        return self._known(product_id).get(_folded(options), [])

    def count(self, product_id: int) -> int:
        """How many the product has."""
        self._known(product_id)
        return self._count[product_id]

    def add(self, variant: Variant) -> None:
        """A new one, which the catalogue does not have yet."""
        self._known(variant.product_id)[_folded(variant.options)].append(variant.variant_id)
        self._count[variant.product_id] += 1

    def replace(self, before: Variant, after: Variant) -> None:
        """One has other options."""
        known = self._known(before.product_id)
        known[_folded(before.options)].remove(before.variant_id)
        known[_folded(after.options)].append(after.variant_id)

    def _known(self, product_id: int) -> defaultdict[tuple[str, ...], list[int]]:
        if product_id not in self._of:
            found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
            variants = self._catalogue.variants_of_product.get(product_id, ())
            for one in variants:
                found[_folded(one.options)].append(one.variant_id)
            self._of[product_id], self._count[product_id] = found, len(variants)
        return self._of[product_id]


def require_options(siblings: Siblings, product: Product, variant_id: int, options: tuple[str, ...]) -> None:
    """Refuses InputInvalid: options that are not one of each, or do not set the variant apart from its product's
    others."""
    if len(options) != len(product.options):
        raise InputInvalid({"options": [_wanted_options(product)]})
    for one in siblings.alike(product.product_id, options):
        if one != variant_id:
            which = ", ".join(options) or "without options"
            raise InputInvalid({"options": [f"there is one already, {which}: variant {one}"]})


def require_room(siblings: Siblings, product: Product) -> None:
    """Refuses InputInvalid: the product has as many variants as one may."""
    if siblings.count(product.product_id) >= MOST_VARIANTS:
        raise InputInvalid({"options": [f"a product has at most {MOST_VARIANTS} variants: make another one"]})


def _wanted_options(product: Product) -> str:
    if not product.options:
        return "the product names nothing that its variants differ in"
    return f"name one of each: {', '.join(product.options)}"


def _folded(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.casefold() for one in options)
