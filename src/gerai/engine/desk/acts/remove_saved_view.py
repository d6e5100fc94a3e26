"""Remove a saved view."""

from __future__ import annotations

from gerai.engine.desk.edit import found_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.saved import mine_in, require_mine
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import remove
from gerai.store.saved_views import SAVED_VIEWS


async def run(within: Within, given: ById) -> Done:
    """Refuses NotFound, and PermissionMissing: the shop's takes orders:act."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = found_in(await mine_in(connection, within.merchant_id), "saved view", given.id)
        require_mine(there, shared=False)
        await remove(connection, SAVED_VIEWS, within.merchant_id, given.id)
        note(given.id, name=there.name, page=there.page, query=there.query)
    return Done(str(given.id))


ACT = Act("saved_views.remove", "orders:read", Bilingual("Hapus tampilan", "Remove a saved view"), ById, run)
