"""What readers see of a shop's articles."""

from __future__ import annotations

import re
from typing import Final

from gerai.domain.records import Article
from gerai.store import articles
from gerai.store.pool import Pool

#: What a slug may look like at all.
_SLUG: Final = re.compile(r"[a-z0-9-]{1,100}")
#: The page of an article.
ARTICLE_PATH: Final = "/artikel/{slug}"


def article_url(base_url: str, slug: str) -> str:
    """Where readers read it."""
    return base_url + ARTICLE_PATH.format(slug=slug)


class ArticleReads:
    """Articles that are published (``engine.articles``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest(self, merchant_id: int, limit: int) -> list[Article]:
        """What was published last comes first."""
        async with self._pool.connection() as connection:
            return await articles.newest(connection, merchant_id, limit)

    async def published(self, merchant_id: int, slug: str) -> Article | None:
        """The one with this slug; None: there is none, or readers do not see it."""
        if not _SLUG.fullmatch(slug):
            return None
        async with self._pool.connection() as connection:
            found = await articles.by_slug(connection, merchant_id, slug)
        return None if found is None or found.published_at is None else found
