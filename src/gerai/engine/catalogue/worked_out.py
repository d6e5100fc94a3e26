"""What is worked out of a catalogue when somebody searches it, put right for the next catalogue instead of made anew.

An edit does not make the next search read fifty thousand names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gerai.engine.catalogue.products import ProductCatalogue, Variant, product_text, variant_text
from gerai.engine.overlay import by, replaced


def keep_worked_out(
    known: ProductCatalogue, new: ProductCatalogue, variant_ids: Collection[int], product_ids: Collection[int]
) -> None:
    """Fill the cached properties of the new catalogue from those that the known one has; these variants and products
    were changed in between."""
    there, here = vars(known), vars(new)
    # A product's type is its variants' too.
    of_products = (one.variant_id for id in product_ids for one in new.variants_of_product.get(id, ()))
    touched = {*variant_ids, *of_products}
    before = [one for id in touched if (one := known.variants.get(id)) is not None]
    after: dict[int, Variant] = by(
        (one for id in touched if (one := new.variants.get(id)) is not None), lambda one: one.variant_id
    )
    if "variant_texts" in there:
        texts = {id: variant_text(one) for id, one in after.items()}
        here["variant_texts"] = replaced(there["variant_texts"], touched, texts)
    if "product_texts" in there:
        products = {*product_ids, *(one.product_id for one in (*before, *after.values()))}
        of = new.variants_of_product
        texts = {id: product_text(new.products[id], of.get(id, ())) for id in products if id in new.products}
        here["product_texts"] = replaced(there["product_texts"], products, texts)
    if "variants_by_sku" in there:
        here["variants_by_sku"] = _by_sku(there["variants_by_sku"], before, after)
    if "variant_ids" in there and known.variants.keys() == new.variants.keys():
        here["variant_ids"] = there["variant_ids"]
    same_shelves = new.products_of_store is known.products_of_store and new.stores is known.stores
    if "stores_of_product" in there and same_shelves:
        here["stores_of_product"] = there["stores_of_product"]


def _by_sku(
    known: dict[str, tuple[Variant, ...]], before: Iterable[Variant], after: Mapping[int, Variant]
) -> dict[str, tuple[Variant, ...]]:
    new = dict(known)
    gone = {one.variant_id for one in before}
    for sku in {one.sku.casefold() for one in (*before, *after.values()) if one.sku}:
        kept = [one for one in new.get(sku, ()) if one.variant_id not in gone]
        kept += [one for one in after.values() if one.sku.casefold() == sku]
        new[sku] = tuple(sorted(kept, key=lambda one: one.variant_id))
        if not kept:
            del new[sku]
    return new
