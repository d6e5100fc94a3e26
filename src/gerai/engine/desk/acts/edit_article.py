"""Change an article."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from gerai.domain.records import Article, ArticleFormat
from gerai.engine.desk import articles as fields
from gerai.engine.desk.articles import Category, Content, Cover, Excerpt, article_in
from gerai.engine.desk.bundles import Slug
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Edit, Name
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.articles import kept_of, shown_of, slug_taken
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import articles as sql


class ArticleEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``content`` as :class:`~gerai.engine.desk.acts.add_article.NewArticle` has it; another
    ``format`` alone reads anew what was typed. An empty ``slug`` is none given: an article always has one."""

    title: Annotated[Name | UnsetType, fields.TITLE] = UNSET
    content: Annotated[Content | UnsetType, fields.CONTENT] = UNSET
    format: Annotated[ArticleFormat | UnsetType, fields.FORMAT] = UNSET
    category: Annotated[Category | UnsetType, fields.CATEGORY] = UNSET
    excerpt: Annotated[Excerpt | UnsetType, fields.EXCERPT] = UNSET
    cover_image: Annotated[Cover | UnsetType, fields.COVER] = UNSET
    slug: Annotated[Slug | UnsetType, fields.SLUG] = UNSET


async def run(within: Within, given: ArticleEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: another one has the slug, or nothing is left of the
    content. Links to a slug that is changed lead nowhere."""
    kept = replace(given, slug=given.slug or UNSET, content=UNSET, format=UNSET)
    async with changing(within.engine, within.merchant_id) as connection:
        there = await article_in(connection, within.merchant_id, given.id, given.seen)
        new, changes = edited(there, kept)
        new = await _rewritten(new, given)
        if not await sql.change(connection, replace(new, updated_at=real_now())):
            raise slug_taken(new.slug)
        if new.content != there.content:
            changes["content"] = [len(there.content), len(new.content)]
        if new.format != there.format:
            changes["format"] = [there.format, new.format]
        note(given.id, **changes)
    return Done(str(given.id))


async def _rewritten(article: Article, given: ArticleEdit) -> Article:
    """With the content that is given, in the format that is given; of either, what is not stays. Refuses
    InputInvalid."""
    if given.content is UNSET and given.format is UNSET:
        return article
    written = article.source if given.content is UNSET else given.content
    format = article.format if given.format is UNSET else given.format
    if (written, format) == (article.source, article.format):
        return article
    return replace(article, format=format, content=await shown_of(format, written), written=kept_of(format, written))


ACT = Act("articles.edit", "catalogue:write", Bilingual("Ubah artikel", "Change an article"), ArticleEdit, run)
