"""What the views and acts about articles share: their fields, and the one that is meant."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from gerai.domain.records import Article
from gerai.domain.refusals import ChangedMeanwhile, NotFound
from gerai.engine.desk.fields import END, Seen, seen_of, words
from gerai.store import articles as sql
from gerai.store.connection import Connection

Category = Annotated[str, Meta(max_length=100)]
Excerpt = Annotated[str, Meta(max_length=500)]
Content = Annotated[str, Meta(min_length=1, max_length=100_000, pattern=r"\S")]
Cover = Annotated[str, Meta(max_length=500, pattern=r"^(https://[^\s<>\"']+)?" + END)]

TITLE: Final = words("Judul", "Title", "Cara Memesan dengan Aman")
SLUG: Final = words("Bagian alamat", "Part of the address", "cara-memesan-dengan-aman")
CATEGORY: Final = words("Kategori", "Category", "Panduan")
EXCERPT: Final = words("Ringkasan", "Excerpt", "Panduan singkat memesan dengan aman.")
COVER: Final = words("Gambar sampul", "Cover picture", "https://toko.example.com/sampul.webp")
CONTENT: Final = words("Isi", "Content", "Pilih barang, lalu …")
FORMAT: Final = words("Ditulis sebagai", "Written as", "text")


async def article_in(connection: Connection, merchant_id: int, id: int, seen: Seen | object) -> Article:
    """The article as it is now. Refuses NotFound, and ChangedMeanwhile: it does not look as it was seen."""
    there = await sql.by_id(connection, merchant_id, id)
    if there is None:
        raise NotFound("article", str(id))
    if isinstance(seen, str) and seen != seen_of(there):
        raise ChangedMeanwhile("article", str(id))
    return there
