"""Show an article to readers."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from gerai.engine.desk.articles import article_in
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import articles as sql


async def run(within: Within, given: ById) -> Done:
    """From now on; one that they see already keeps its day. Refuses NotFound."""
    return await set_published(within, given.id, published=True)


async def set_published(within: Within, article_id: int, *, published: bool) -> Done:
    """Show or hide an article. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        there, now = await article_in(connection, within.merchant_id, article_id, UNSET), real_now()
        if published != (there.published_at is not None):
            await sql.change(connection, replace(there, published_at=now if published else None, updated_at=now))
        note(article_id, slug=there.slug, published=[there.published_at is not None, published])
    return Done(str(article_id))


ACT = Act("articles.publish", "catalogue:write", Bilingual("Terbitkan artikel", "Publish an article"), ById, run)
