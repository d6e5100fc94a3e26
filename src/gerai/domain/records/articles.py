"""What a shop writes for its readers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

#: How the text of an article is read: as people type on a phone, or as HTML.
ArticleFormat = Literal["text", "html"]


class Article(msgspec.Struct, frozen=True):
    """One article. ``content``: HTML, as cleaned by ``kit.safe_html``; ``published_at``: since when readers see it;
    None: they do not. ``format`` and ``written``: how it was typed, and what; empty: ``content`` is that."""

    merchant_id: int
    article_id: int
    slug: str
    title: str
    category: str
    excerpt: str
    cover_image: str
    content: str
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    format: ArticleFormat = "html"
    written: str = ""

    @property
    def source(self) -> str:
        """What its writer typed."""
        return self.written or self.content
