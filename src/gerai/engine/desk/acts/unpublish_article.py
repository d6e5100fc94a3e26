"""Show an article to readers no more."""

from __future__ import annotations

from gerai.engine.desk.acts.publish_article import set_published
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It stays at the desk. Refuses NotFound."""
    return await set_published(within, given.id, published=False)


ACT = Act("articles.unpublish", "catalogue:write", Bilingual("Tarik artikel", "Unpublish an article"), ById, run)
