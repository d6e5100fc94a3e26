"""Show a hidden product again."""

from __future__ import annotations

from gerai.engine.desk.acts.hide_product import set_visible
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Refuses NotFound."""
    return await set_visible(within, given.id, visible=True)


ACT = Act("products.unhide", "catalogue:write", Bilingual("Tampilkan produk", "Show a product"), ById, run, bulk=Bulk())
