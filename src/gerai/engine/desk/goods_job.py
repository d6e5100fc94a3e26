"""Products and variants of a file: decided row by row as the acts decide, and written many at once."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import UNSET

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.products import Product, ProductCatalogue, Variant
from gerai.engine.desk.acts.add_product import NewProduct, new_goods
from gerai.engine.desk.acts.add_variant import NewVariant
from gerai.engine.desk.acts.edit_product import ProductEdit, changed_product
from gerai.engine.desk.acts.edit_variant import VariantEdit, changed_variant
from gerai.engine.desk.goods import catalogue_in, offering
from gerai.engine.desk.goods_lines import OF_NEW, OF_PRODUCT, OF_VARIANT, VariantLine, by_column, given_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line
from gerai.engine.desk.variants import Siblings, new_variant, require_options, require_room, require_sku, skus_of
from gerai.store import storefront as sql
from gerai.store.connection import Connection
from gerai.store.lookup_table import add_many, change_many, values_of

_Changes = dict[str, Any]


class GoodsJob:
    """The shop's goods as this transaction sees them, with what the file makes of them."""

    def __init__(self, within: Within, connection: Connection, catalogue: ProductCatalogue) -> None:
        self._within, self._connection = within, connection
        # Maps of its own, which it changes: the catalogue is everybody's.
        self._known = replace(
            catalogue, products={**catalogue.products}, variants={**catalogue.variants},
            variants_of_product={**catalogue.variants_of_product},
        )  # fmt: skip
        self._skus, self._siblings = skus_of(catalogue), Siblings(self._known)
        self._called: defaultdict[str, list[int]] = defaultdict(list)
        for product in catalogue.products.values():
            self._called[product.name].append(product.product_id)
        #: What the file said of a product, column by column, and in which row.
        self._said: defaultdict[int, dict[str, tuple[int, Any]]] = defaultdict(dict)
        self._offered: list[tuple[int, int]] = []
        self._new: dict[int, Product | Variant] = {}
        self._changed: dict[int, Product | Variant] = {}
        self._done: list[tuple[int, _Changes]] = []

    async def look_at(self, lines: Sequence[Line[VariantLine]]) -> None:
        """All of it is known."""

    def decide(self, line: Line[VariantLine]) -> Became:
        """As the protocol. Refuses InputInvalid as the acts do, under the columns' names; and what two rows of one
        product do not say alike."""
        there = self._there(line.given)
        if there is not None:
            return self._edit(line, there)
        if missing := {name: ["is required"] for name in ("name", "price_sen") if getattr(line.given, name) is UNSET}:
            raise InputInvalid(missing)
        called = self._called.get(str(line.given.name), [])
        if len(called) > 1:
            raise InputInvalid({"name": [f"several products are called so: {', '.join(map(str, called))}"]})
        return self._add_variant(line, self._known.products[called[0]]) if called else self._add_product(line)

    async def write(self) -> list[tuple[int, _Changes]]:
        """As the protocol: parents before what refers to them."""
        connection, merchant_id = self._connection, self._within.merchant_id
        new, changed = self._new.values(), self._changed.values()
        await add_many(connection, sql.PRODUCTS, merchant_id, _rows(new, Product))
        await add_many(connection, sql.VARIANTS, merchant_id, _rows(new, Variant))
        await add_many(connection, sql.STORE_PRODUCTS, merchant_id, self._offered)
        await change_many(connection, sql.PRODUCTS, merchant_id, _rows(changed, Product))
        await change_many(connection, sql.VARIANTS, merchant_id, _rows(changed, Variant))
        done = self._done
        self.forget()
        return done

    def forget(self) -> None:
        """As the protocol. What was decided stays known: later rows lean on it."""
        self._new, self._changed, self._offered, self._done = {}, {}, [], []

    async def end(self, _: Noted) -> list[LateFault]:
        """Nothing is left."""
        return []

    def _there(self, given: VariantLine) -> Variant | None:
        """The variant that a row is about; None: a new one."""
        if given.sku:
            found = self._skus.get(given.sku.casefold(), [])
            if len(found) > 1 and given.id is not UNSET:
                found = [one for one in found if one.variant_id == given.id]
            if len(found) > 1:
                raise InputInvalid({"sku": [f"several have it: {', '.join(str(one.variant_id) for one in found)}"]})
            # As it is by now: an earlier row may have changed it.
            return self._known.variants[found[0].variant_id] if found else None
        if given.id is UNSET:
            raise InputInvalid({"sku": ["is required"]})
        if given.id not in self._known.variants:
            raise InputInvalid({"id": [f"there is no variant {given.id}"]})
        return self._known.variants[given.id]

    def _edit(self, line: Line[VariantLine], variant: Variant) -> Became:
        known, before = self._known, self._known.products[variant.product_id]
        product, product_changes = self._changed_product(line, before)
        asked = given_of(line.given, OF_VARIANT)
        asked.pop("sku", None)
        # Its options are looked at beside what its product's variants differ in from now on.
        known.products[product.product_id] = product
        try:
            new, changes = changed_variant(
                known, VariantEdit(id=variant.variant_id, **asked), self._skus, self._siblings
            )
        except InputInvalid as refusal:
            known.products[product.product_id] = before
            raise by_column(refusal, OF_VARIANT) from None
        self._keep_product(line, product, product_changes)
        if changes:
            self._replace(variant, new)
            self._keep(new.variant_id, new)
            self._done.append((new.variant_id, changes))
        return "changed" if changes or product_changes else "unchanged"

    def _add_product(self, line: Line[VariantLine]) -> Became:
        try:
            new = NewProduct(**given_of(line.given, OF_NEW))
            stores = offering(self._known, new.stores)
            product, variant = new_goods(self._within.engine.ids, new, line.given.variant_name or "")
        except InputInvalid as refusal:
            raise by_column(refusal, OF_NEW) from None
        if line.given.variant_images is not UNSET:
            variant = msgspec.structs.replace(variant, images=line.given.variant_images)
        self._called[product.name].append(product.product_id)
        self._new[product.product_id] = self._known.products[product.product_id] = product
        self._say(line, product)
        self._offered += [(store.store_id, product.product_id) for store in stores]
        self._done.append((product.product_id, {"name": product.name, "stores": [one.store_id for one in stores]}))
        self._keep_new(variant)
        return "added"

    def _add_variant(self, line: Line[VariantLine], before: Product) -> Became:
        product, product_changes = self._changed_product(line, before)
        new = NewVariant(product_id=product.product_id, **given_of(line.given, OF_VARIANT))
        variant_id = self._within.engine.ids.next()
        require_sku(self._skus, variant_id, new.sku)
        require_options(self._siblings, product, variant_id, new.options)
        require_room(self._siblings, product)
        self._known.products[product.product_id] = product
        self._keep_product(line, product, product_changes)
        self._keep_new(new_variant(variant_id, product, new, new.name, new.options, new.images))
        return "added"

    def _changed_product(self, line: Line[VariantLine], before: Product) -> tuple[Product, _Changes]:
        """The product as the row wants it, and what that changes. Refuses InputInvalid."""
        given, said = line.given, self._said.get(before.product_id, {})
        for name, value in _of_product(given).items():
            if name in said and said[name][1] != value:
                raise InputInvalid({name: [f"row {said[name][0]} says otherwise of the same product"]})
        if given.item_type not in (UNSET, before.item_type):
            raise InputInvalid({"item_type": [f"the product is {before.item_type}, and stays so"]})
        stores = self._known.stores_of_product.get(before.product_id, ())
        if given.stores is not UNSET and "stores" not in said and {*given.stores} != {*stores}:
            raise InputInvalid({"stores": ["of a product that is there: stores.offer and stores.withdraw change them"]})
        try:
            asked = ProductEdit(id=before.product_id, **given_of(given, OF_PRODUCT))
            product, changes = changed_product(self._known, asked)
        except InputInvalid as refusal:
            raise by_column(refusal, OF_PRODUCT) from None
        if given.visible not in (UNSET, before.is_visible):
            product = msgspec.structs.replace(product, is_visible=bool(given.visible))
            changes["visible"] = [before.is_visible, product.is_visible]
        return product, changes

    def _keep_product(self, line: Line[VariantLine], product: Product, changes: _Changes) -> None:
        self._known.products[product.product_id] = product
        self._say(line, product)
        if changes:
            self._keep(product.product_id, product)
            self._done.append((product.product_id, changes))
        if "name" in changes:
            self._called[changes["name"][0]].remove(product.product_id)
            self._called[product.name].append(product.product_id)

    def _say(self, line: Line[VariantLine], product: Product) -> None:
        for name, value in _of_product(line.given).items():
            self._said[product.product_id].setdefault(name, (line.row, value))

    def _keep_new(self, variant: Variant) -> None:
        self._siblings.add(variant)
        self._known.variants[variant.variant_id] = self._new[variant.variant_id] = variant
        insort(self._beside(variant), variant, key=_number)
        if variant.sku:
            self._skus[variant.sku.casefold()].append(variant)
        facts = {"name": variant.name, "sku": variant.sku, "price_sen": variant.price_sen}
        self._done.append((variant.variant_id, facts))

    def _replace(self, before: Variant, variant: Variant) -> None:
        self._siblings.replace(before, variant)
        self._known.variants[variant.variant_id] = variant
        others = self._beside(variant)
        others[bisect_left(others, variant.variant_id, key=_number)] = variant

    def _beside(self, variant: Variant) -> list[Variant]:
        """The variants of its product, by id, as a list that may be changed."""
        found = self._known.variants_of_product.get(variant.product_id, ())
        if not isinstance(found, list):
            found = self._known.variants_of_product[variant.product_id] = [*found]
        return found

    def _keep(self, id: int, thing: Product | Variant) -> None:
        (self._new if id in self._new else self._changed)[id] = thing


async def begin_goods(within: Within, connection: Connection) -> GoodsJob:
    """The job over the shop's catalogue as it stands now."""
    return GoodsJob(within, connection, await catalogue_in(within, connection))


def _number(variant: Variant) -> int:
    return variant.variant_id


def _of_product(given: VariantLine) -> _Changes:
    names = (*OF_PRODUCT.values(), "visible", "stores")
    return {name: value for name in names if (value := getattr(given, name)) is not UNSET}


def _rows(things: Iterable[Product | Variant], kind: type[Product | Variant]) -> list[list[Any]]:
    """The rows of one table. (Of a variant its product keeps the type.)"""
    rows = [values_of(one) for one in things if isinstance(one, kind)]
    return [row[:-1] for row in rows] if kind is Variant else rows
