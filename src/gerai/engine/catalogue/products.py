"""A merchant's product catalogue: stores, products and variants, bundles and price options, warehouses; immutable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.overlay import newest_first
from gerai.engine.shipping.nearest import Warehouse

T = TypeVar("T")
#: Digits of an id, at most; more is the number of nothing.
_LONGEST_ID: Final = 18
DIGITAL_TYPES = frozenset({"digital", "course", "license", "subscription"})


class Store(msgspec.Struct, frozen=True):
    """A shop front. ``domain`` is its own address with scheme; links use it once it is verified."""

    store_id: int
    unique_id: str
    uuid: UUID
    name: str
    logo: str
    domain: str
    domain_verified: bool
    is_active: bool
    is_public: bool
    payment_methods: tuple[str, ...]
    sub_payment_methods: tuple[str, ...]
    settings: StoreSettings


class Product(msgspec.Struct, frozen=True):
    """A thing that is sold, in one or more variants. ``options`` names what the variants differ in (at most three)."""

    product_id: int
    uuid: UUID
    name: str
    public_name: str
    item_type: str
    is_visible: bool
    options: tuple[str, ...]
    labels: tuple[str, ...]
    images: tuple[str, ...]


class Variant(msgspec.Struct, frozen=True):
    """What is really sold. ``is_inventory``: has counted stock in warehouses; a variant without is never sold out."""

    variant_id: int
    product_id: int
    unique_id: str
    uuid: UUID
    name: str
    sku: str
    price_sen: int
    reseller_price_sen: int
    cost_sen: int
    weight_g: int
    is_inventory: bool
    is_active: bool
    options: tuple[str, ...]
    images: tuple[str, ...]
    metadata: dict[str, Any]
    item_type: str

    @property
    def is_digital(self) -> bool:
        return self.item_type in DIGITAL_TYPES


class BundlePart(msgspec.Struct, frozen=True):
    part_id: int
    variant_id: int
    quantity: int


class Bundle(msgspec.Struct, frozen=True):
    """Variants sold together. ``weight_bump_g`` is the weight of its box."""

    bundle_id: int
    name: str
    public_name: str
    custom_id: str
    is_sharing: bool
    weight_bump_g: int
    images: tuple[str, ...]
    parts: tuple[BundlePart, ...]


class PriceOption(msgspec.Struct, frozen=True):
    """One price at which a bundle is sold; the price belongs to the option, not to the bundle."""

    option_id: int
    bundle_id: int
    unique_id: str
    name: str
    slug: str
    price_sen: int
    is_visible: bool


@dataclass(frozen=True)
class ProductCatalogue:
    """All by id and unique id. ``*_of_store``: ids, newest first; ``stock_ids``: by environment, variant, warehouse;
    ``with_codes``: by environment, the variants whose units are licence codes."""

    stores: dict[int, Store] = field(default_factory=dict[int, Store])
    stores_by_unique_id: dict[str, Store] = field(default_factory=dict[str, Store])
    products: dict[int, Product] = field(default_factory=dict[int, Product])
    variants: dict[int, Variant] = field(default_factory=dict[int, Variant])
    variants_by_unique_id: dict[str, Variant] = field(default_factory=dict[str, Variant])
    variants_of_product: dict[int, Sequence[Variant]] = field(default_factory=dict[int, "Sequence[Variant]"])
    bundles: dict[int, Bundle] = field(default_factory=dict[int, Bundle])
    options: dict[int, PriceOption] = field(default_factory=dict[int, PriceOption])
    options_by_unique_id: dict[str, PriceOption] = field(default_factory=dict[str, PriceOption])
    warehouses: dict[int, Warehouse] = field(default_factory=dict[int, Warehouse])
    warehouses_by_unique_id: dict[str, Warehouse] = field(default_factory=dict[str, Warehouse])
    products_of_store: dict[int, tuple[int, ...]] = field(default_factory=dict[int, "tuple[int, ...]"])
    options_of_store: dict[int, tuple[int, ...]] = field(default_factory=dict[int, "tuple[int, ...]"])
    stock_ids: dict[tuple[str, int, int], int] = field(default_factory=dict[tuple[str, int, int], int])
    with_codes: frozenset[tuple[str, int]] = frozenset()

    # Made once, when somebody searches (a tenth of a second for twenty thousand products); worked_out.py keeps them.
    @cached_property
    def product_texts(self) -> dict[int, str]:
        """What each product is searched by, its names and SKUs, whatever the case."""
        return {id: product_text(one, self.variants_of_product.get(id, ())) for id, one in self.products.items()}

    @cached_property
    def variant_texts(self) -> dict[int, str]:
        """What each variant is searched by, its name and SKU, whatever the case."""
        return {id: variant_text(one) for id, one in self.variants.items()}

    @cached_property
    def variants_by_sku(self) -> dict[str, tuple[Variant, ...]]:
        """Who has which SKU, whatever its case. Many may have none."""
        found: defaultdict[str, list[Variant]] = defaultdict(list)
        for one in (one for one in self.variants.values() if one.sku):
            found[one.sku.casefold()].append(one)
        return {sku: tuple(variants) for sku, variants in found.items()}

    @cached_property
    def variant_ids(self) -> list[int]:
        """The ids of all variants, in order."""
        return sorted(self.variants)

    @cached_property
    def stores_of_product(self) -> dict[int, tuple[int, ...]]:
        """The stores that offer a product, by id."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for store_id in self.stores:
            for product_id in self.products_of_store.get(store_id, ()):
                found[product_id].append(store_id)
        return {product_id: tuple(stores) for product_id, stores in found.items()}

    def store(self, reference: str) -> Store | None:
        """By number ("12") or unique id ("store_…")."""
        return _named(reference, self.stores, self.stores_by_unique_id)

    def variant(self, reference: str) -> Variant | None:
        """By number or unique id ("variant_…")."""
        return _named(reference, self.variants, self.variants_by_unique_id)

    def option(self, reference: str) -> PriceOption | None:
        """By number or unique id ("bpo_…")."""
        return _named(reference, self.options, self.options_by_unique_id)

    def warehouse(self, reference: str) -> Warehouse | None:
        """By number or unique id ("warehouse_…")."""
        return _named(reference, self.warehouses, self.warehouses_by_unique_id)

    def sells_variant(self, store: Store, variant: Variant) -> bool:
        """Whether this store sells the variant."""
        return variant.is_active and variant.product_id in self.products_of_store.get(store.store_id, ())

    def sells_option(self, store: Store, option: PriceOption) -> bool:
        return option.option_id in self.options_of_store.get(store.store_id, ())

    def stock_rows(self, environment: str, variant_id: int) -> dict[int, int]:
        """Stock rows of a variant: warehouse id to stock id."""
        return {
            warehouse_id: stock_id
            for warehouse_id in self.warehouses
            if (stock_id := self.stock_ids.get((environment, variant_id, warehouse_id))) is not None
        }


def _named(reference: str, by_id: Mapping[int, T], by_unique_id: Mapping[str, T]) -> T | None:
    if reference.isascii() and reference.isdigit() and len(reference) <= _LONGEST_ID:
        return by_id.get(int(reference))
    return by_unique_id.get(reference)


def product_text(product: Product, variants: Iterable[Variant]) -> str:
    """What a product with these variants is searched by."""
    return "\n".join((product.name, product.public_name, *(one.sku for one in variants))).casefold()


def variant_text(variant: Variant) -> str:
    """What a variant is searched by."""
    return f"{variant.name}\n{variant.sku}".casefold()


def arrange(
    *,
    stores: Iterable[Store] = (),
    products: Iterable[Product] = (),
    variants: Iterable[Variant] = (),
    bundles: Iterable[Bundle] = (),
    options: Iterable[PriceOption] = (),
    warehouses: Iterable[Warehouse] = (),
    products_of_stores: Iterable[tuple[int, int]] = (),
    options_of_stores: Iterable[tuple[int, int]] = (),
    stock_ids: Iterable[tuple[str, int, int, int]] = (),
    with_codes: Iterable[tuple[str, int]] = (),
) -> ProductCatalogue:
    """Build the snapshot from plain rows. Pairs are (store id, product or option id)."""
    store_list, variant_list, option_list = list(stores), list(variants), list(options)
    warehouse_list = sorted(warehouses, key=lambda warehouse: warehouse.warehouse_id)
    by_product: defaultdict[int, list[Variant]] = defaultdict(list)
    for variant in sorted(variant_list, key=lambda variant: variant.variant_id):
        by_product[variant.product_id].append(variant)
    return ProductCatalogue(
        stores={store.store_id: store for store in sorted(store_list, key=lambda store: store.store_id)},
        stores_by_unique_id={store.unique_id: store for store in store_list},
        products={product.product_id: product for product in products},
        variants={variant.variant_id: variant for variant in variant_list},
        variants_by_unique_id={variant.unique_id: variant for variant in variant_list},
        variants_of_product={product_id: tuple(found) for product_id, found in by_product.items()},
        bundles={bundle.bundle_id: bundle for bundle in bundles},
        options={option.option_id: option for option in option_list},
        options_by_unique_id={option.unique_id: option for option in option_list},
        warehouses={warehouse.warehouse_id: warehouse for warehouse in warehouse_list},
        warehouses_by_unique_id={warehouse.unique_id: warehouse for warehouse in warehouse_list},
        products_of_store=newest_first(products_of_stores),
        options_of_store=newest_first(options_of_stores),
        stock_ids={(environment, variant, warehouse): stock for environment, variant, warehouse, stock in stock_ids},
        with_codes=frozenset(with_codes),
    )
