"""Throw an article away."""

from __future__ import annotations

from msgspec import UNSET

from gerai.engine.desk.articles import article_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import articles as sql


async def run(within: Within, given: ById) -> Done:
    """For good. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = await article_in(connection, within.merchant_id, given.id, UNSET)
        await sql.remove(connection, within.merchant_id, given.id)
        note(given.id, title=there.title, slug=there.slug)
    return Done(str(given.id))


ACT = Act("articles.remove", "catalogue:write", Bilingual("Hapus artikel", "Remove an article"), ById, run)
