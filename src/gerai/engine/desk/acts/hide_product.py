"""Hide a product from a store's visitors."""

from __future__ import annotations

import msgspec

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import storefront as sql
from gerai.store.lookup_table import change, values_of


async def run(within: Within, given: ById) -> Done:
    """Stores' own pages show it no more; whoever has its address can still order it (``stores.withdraw`` ends that).
    Refuses NotFound."""
    return await set_visible(within, given.id, visible=False)


async def set_visible(within: Within, product_id: int, *, visible: bool) -> Done:
    """Show or hide a product. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        catalogue = await catalogue_in(within, connection)
        there = found_in(catalogue.products, "product", product_id)
        shown = msgspec.structs.replace(there, is_visible=visible)
        await change(connection, sql.PRODUCTS, within.merchant_id, values_of(shown))
        note(product_id, name=there.name, visible=[there.is_visible, visible])
    return Done(str(product_id))


ACT = Act("products.hide", "catalogue:write", Bilingual("Sembunyikan produk", "Hide a product"), ById, run, bulk=Bulk())
