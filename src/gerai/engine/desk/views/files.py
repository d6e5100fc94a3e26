"""Digital files of variants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import VariantFile
from gerai.engine.desk.fields import Id, IdOrAny, Limit, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import variant_files as sql


class FileFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``variant``: 0 is any."""

    variant: Annotated[IdOrAny, words("Nomor varian", "Id of a variant")] = 0
    after: Annotated[After, words("Setelah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most", 50)] = 50


class FileRow(msgspec.Struct, frozen=True):
    """One file. ``file``: what it is called; ``name``: of the variant; ``url``: where it is, empty where it is kept
    here; ``most_downloads``: how often the buyer of an order may fetch it."""

    id: Annotated[Id, words("Nomor", "Id")]
    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    name: Annotated[str, words("Varian", "Variant")]
    file: Annotated[str, words("Berkas", "File")]
    url: Annotated[str, words("Tautan", "Link")]
    size_bytes: Annotated[int, words("Ukuran (bita)", "Size (bytes)")]
    most_downloads: Annotated[int | None, words("Paling banyak diunduh", "Most downloads")]
    created_at: Annotated[datetime, words("Ditambahkan", "Added")]


def row_of(within: Within, one: VariantFile) -> FileRow:
    """A file as it is listed."""
    variant = catalogue_of(within).variants.get(one.variant_id)
    return FileRow(
        one.file_id, one.variant_id, "" if variant is None else variant.name, one.name, one.url, one.size_bytes,
        one.most_downloads, one.created_at,
    )  # fmt: skip


async def run(within: Within, wanted: FileFilter) -> ViewPage:
    """By id."""
    of = (within.merchant_id, wanted.variant, int(wanted.after or 0), wanted.limit + 1)
    async with within.engine.connection() as connection:
        found = await sql.page(connection, *of)
    return paged([row_of(within, one) for one in found], wanted.limit)


VIEW = View("files.list", "catalogue:read", Bilingual("Berkas digital", "Digital files"), FileFilter, FileRow, run)
