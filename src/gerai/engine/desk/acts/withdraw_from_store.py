"""Take goods off a store's shelf."""

from __future__ import annotations

from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.stores import StoreGoods, shelves
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import remove


async def run(within: Within, given: StoreGoods) -> Done:
    """The store offers these no more; orders that were placed keep what they were sold. Refuses NotFound (the store),
    and InputInvalid: nothing is named, or something that is not there."""
    async with changing(within.engine, within.merchant_id) as connection:
        for table, id in await shelves(within, connection, given):
            await remove(connection, table, within.merchant_id, given.id, id)
        note(given.id, products=given.products, price_options=given.price_options)
    return Done(str(given.id))


ACT = Act("stores.withdraw", "catalogue:write", Bilingual("Tarik dari toko", "Withdraw from a store"), StoreGoods, run)
