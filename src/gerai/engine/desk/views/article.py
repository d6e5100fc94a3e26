"""One article, as it is written."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.records import ArticleFormat
from gerai.engine.articles import article_url
from gerai.engine.desk import articles as fields
from gerai.engine.desk.fields import ById, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.articles import ArticleRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import articles as sql


class ArticleShown(ArticleRow, frozen=True, kw_only=True):
    """``content``: as it was typed; ``html``: what readers get of it. ``url``: where they read it, once it is
    published."""

    excerpt: Annotated[str, fields.EXCERPT]
    cover_image: Annotated[str, fields.COVER]
    content: Annotated[str, fields.CONTENT]
    format: Annotated[ArticleFormat, fields.FORMAT]
    html: Annotated[str, words("Yang dilihat pembaca (HTML)", "What readers get (HTML)")]
    url: Annotated[str, words("Alamat", "Address")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await sql.by_id(connection, within.merchant_id, wanted.id)
    if found is None:
        return ViewPage([])
    shown = ArticleShown(
        *msgspec.structs.astuple(row_of(found)), excerpt=found.excerpt, cover_image=found.cover_image,
        content=found.source, format=found.format, html=found.content,
        url=article_url(within.house.base_url, found.slug), seen=seen_of(found),
    )  # fmt: skip
    return ViewPage([shown])


VIEW = View("articles.show", "catalogue:read", Bilingual("Sebuah artikel", "An article"), ById, ArticleShown, run)
