"""Writing an article: what a seller writes becomes what readers get."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from gerai.domain.records import Article, ArticleFormat
from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.kit.clock import real_now
from gerai.kit.html_bounds import TooMuch, too_much
from gerai.kit.safe_html import safe_html, text_of
from gerai.kit.slugs import slug_of
from gerai.kit.typed_text import html_of
from gerai.store import articles as sql

_EXCERPT_CHARS: Final = 160
_LONGEST_SLUG: Final = 100
#: Characters of an article as readers get it: twice what may be written, and some more.
_LONGEST: Final = 250_000
_TOO_MUCH: Final[dict[TooMuch, str]] = {
    "tags": "it has too many tags: divide it into several articles",
    "deep": "its tags stand too deep in one another",
    "formats": "formatting in it (such as <b>) is not closed, or closed far away",
}


class ArticleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote. An empty ``slug`` is made of the title, an empty ``excerpt`` of the content; ``published``:
    readers see it at once."""

    title: str
    content: str
    category: str = ""
    excerpt: str = ""
    cover_image: str = ""
    slug: str = ""
    format: ArticleFormat = "html"
    published: bool = False


async def write_article(engine: Engine, merchant_id: int, draft: ArticleDraft) -> Article:
    """Store it, without what could act in a reader's browser. Refuses InputInvalid: another article has its slug, or
    nothing is left of its content."""
    article_id, now, content = engine.ids.next(), real_now(), await shown_of(draft.format, draft.content)
    slug = draft.slug or slug_of(draft.title)[:_LONGEST_SLUG].strip("-") or f"artikel-{article_id}"
    excerpt = draft.excerpt or await asyncio.to_thread(excerpt_of, content)
    article = Article(
        merchant_id, article_id, slug, draft.title, draft.category, excerpt,
        draft.cover_image, content, now if draft.published else None, now, now, draft.format,
        kept_of(draft.format, draft.content),
    )  # fmt: skip
    async with changing(engine, merchant_id) as connection:
        if not await sql.add(connection, article):
            raise slug_taken(slug)
        note(article_id, title=draft.title, slug=slug, published=draft.published)
    return article


async def shown_of(format: ArticleFormat, written: str) -> str:
    """What readers get of what was typed. Refuses InputInvalid: it takes too long to read, is too long then, or nothing
    of it is left to read or look at."""
    return await asyncio.to_thread(_shown_of, format, written)


def _shown_of(format: ArticleFormat, written: str) -> str:
    content = html_of(written) if format == "text" else written
    if found := too_much(content):
        raise InputInvalid({"content": [_TOO_MUCH[found]]})
    clean = safe_html(content)
    if len(clean) > _LONGEST:
        raise InputInvalid({"content": ["it is too long once it is written as HTML"]})
    if not text_of(clean) and "<img" not in clean:
        raise InputInvalid({"content": ["nothing of it can be shown"]})
    return clean


def kept_of(format: ArticleFormat, written: str) -> str:
    """What was typed, where it is kept beside what readers get: of HTML it is that."""
    return written if format == "text" else ""


def excerpt_of(content: str) -> str:
    """The beginning of what is read, cut between words."""
    text = text_of(content)
    if len(text) <= _EXCERPT_CHARS:
        return text
    return text[:_EXCERPT_CHARS].rpartition(" ")[0].rstrip(",;:") + " …"


def slug_taken(slug: str) -> InputInvalid:
    """Another article has it."""
    return InputInvalid({"slug": [f"{slug} is that of another article"]})
