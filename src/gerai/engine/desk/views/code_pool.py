"""The licence codes of one variant, counted."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.code_pools import CodePoolRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import codes as sql


async def run(within: Within, wanted: ById) -> ViewPage:
    """Of the variant with this id, or nothing: no code of it was loaded yet."""
    async with within.engine.connection() as connection:
        found = await sql.pools_of(connection, within.merchant_id, within.environment, [wanted.id])
    return ViewPage([row_of(pool, catalogue_of(within)) for pool in found])


VIEW = View(
    "code_pools.show", "catalogue:read", Bilingual("Kode sebuah varian", "Codes of a variant"), ById, CodePoolRow, run
)
