"""The articles of a shop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import Article
from gerai.engine.desk import articles as fields
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import articles as sql


class ArticleFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``published``: what readers see, or what they do not; not given: both."""

    published: Annotated[bool | None, words("Terbit", "Published")] = None
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class ArticleRow(msgspec.Struct, frozen=True):
    """``published_at``: since when readers see it; None: they do not."""

    id: Annotated[Id, words("Nomor", "Id")]
    title: Annotated[str, fields.TITLE]
    slug: Annotated[str, fields.SLUG]
    category: Annotated[str, fields.CATEGORY]
    published_at: Annotated[datetime | None, words("Terbit sejak", "Published at")]
    updated_at: Annotated[datetime, words("Diubah", "Changed at")]


def row_of(article: Article) -> ArticleRow:
    """As a list shows it."""
    return ArticleRow(
        article.article_id, article.title, article.slug, article.category, article.published_at, article.updated_at
    )


async def run(within: Within, wanted: ArticleFilter) -> ViewPage:
    """The newest first."""
    before = int(wanted.after or 0)
    async with within.engine.connection() as connection:
        found = await sql.page(
            connection, within.merchant_id, wanted.limit + 1, before_id=before, published=wanted.published
        )
    return paged([row_of(one) for one in found], wanted.limit)


VIEW = View("articles.list", "catalogue:read", Bilingual("Artikel", "Articles"), ArticleFilter, ArticleRow, run)
