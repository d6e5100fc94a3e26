"""What a shop writes for its readers."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Article(msgspec.Struct, frozen=True):
    """One article. ``content``: HTML, as cleaned by ``kit.safe_html``; ``published_at``: since when readers see it;
    None: they do not."""

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
