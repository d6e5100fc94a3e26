"""Write an article."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.records import ArticleFormat
from gerai.engine.desk import articles as fields
from gerai.engine.desk.articles import Category, Content, Cover, Excerpt
from gerai.engine.desk.bundles import Slug
from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.articles import ArticleDraft, write_article
from gerai.kit.bilingual import Bilingual


class NewArticle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``content``: as it is typed on a phone (a blank line between paragraphs, ``- `` before the items of a list, ``#``
    before a heading, addresses), or as HTML, by ``format``. ``slug`` and ``excerpt``: made of the title and the content
    where they are not given. It is a draft until it is published."""

    title: Annotated[Name, fields.TITLE]
    content: Annotated[Content, fields.CONTENT]
    format: Annotated[ArticleFormat, fields.FORMAT] = "text"
    category: Annotated[Category, fields.CATEGORY] = ""
    excerpt: Annotated[Excerpt, fields.EXCERPT] = ""
    cover_image: Annotated[Cover, fields.COVER] = ""
    slug: Annotated[Slug, fields.SLUG] = ""
    published: Annotated[bool, words("Langsung terbit", "Publish it now")] = False


async def run(within: Within, given: NewArticle) -> Done:
    """What could act in a reader's browser is taken out of its content. Refuses InputInvalid: another one has its slug,
    or nothing is left of the content."""
    new = await write_article(
        within.engine, within.merchant_id, msgspec.convert(given, ArticleDraft, from_attributes=True)
    )
    return Done(str(new.article_id))


ACT = Act("articles.add", "catalogue:write", Bilingual("Tulis artikel", "Write an article"), NewArticle, run)
