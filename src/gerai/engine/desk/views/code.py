"""One licence code, without itself."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.codes import CodeRow, shown
from gerai.kit.bilingual import Bilingual
from gerai.store import codes as sql


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await sql.one(connection, within.merchant_id, wanted.id)
        if found is None or found.environment != within.environment:
            return ViewPage([])
        return ViewPage(await shown(within, connection, [found]))


VIEW = View("codes.show", "catalogue:read", Bilingual("Sebuah kode lisensi", "A licence code"), ById, CodeRow, run)
