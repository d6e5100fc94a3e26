"""Files that buyers of variants may fetch, and how often each order has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.records import VariantFile
from gerai.store.conditions import query

_COLUMNS: Final = ", ".join(VariantFile.__struct_fields__)
_ADD: Final = f"""
INSERT INTO variant_files ({_COLUMNS}, content)
VALUES ({", ".join(["%s"] * len(VariantFile.__struct_fields__))}, %s)"""
#: Behind the limit nothing is counted, and there is no row.
_COUNT: Final = """
INSERT INTO file_downloads AS d (merchant_id, order_id, file_id, downloads, first_at, last_at)
VALUES (%(merchant)s, %(order)s, %(file)s, 1, %(at)s, %(at)s)
ON CONFLICT (merchant_id, order_id, file_id) DO UPDATE SET downloads = d.downloads + 1, last_at = %(at)s
WHERE %(most)s::int4 IS NULL OR d.downloads < %(most)s
RETURNING downloads"""


class Downloaded(NamedTuple):
    """How often an order fetched a file, and when last."""

    file_id: int
    downloads: int
    last_at: datetime


async def add(connection: AsyncConnection, file: VariantFile, content: bytes) -> None:
    """Keep a file."""
    values = [getattr(file, name) for name in VariantFile.__struct_fields__]
    await connection.execute(query(_ADD), (*values, content))


async def remove(connection: AsyncConnection, merchant_id: int, file_id: int) -> bool:
    """It is gone. False: there is none."""
    cursor = await connection.execute(
        "DELETE FROM variant_files WHERE merchant_id = %s AND file_id = %s", (merchant_id, file_id)
    )
    return cursor.rowcount == 1


async def of_variants(connection: AsyncConnection, merchant_id: int, variant_ids: Sequence[int]) -> list[VariantFile]:
    """The files of these variants, by variant and id."""
    return await _files(
        connection, "variant_id = ANY(%s::int8[]) ORDER BY variant_id, file_id", (merchant_id, list(variant_ids))
    )


async def page(
    connection: AsyncConnection, merchant_id: int, variant_id: int, after_id: int, limit: int
) -> list[VariantFile]:
    """Files behind ``after_id``, by id; ``variant_id``: 0 is any."""
    if variant_id:
        which = "variant_id = %s AND file_id > %s ORDER BY file_id LIMIT %s"
        return await _files(connection, which, (merchant_id, variant_id, after_id, limit))
    return await _files(connection, "file_id > %s ORDER BY file_id LIMIT %s", (merchant_id, after_id, limit))


async def one(connection: AsyncConnection, merchant_id: int, file_id: int) -> VariantFile | None:
    """The file with this id, without its content."""
    found = await _files(connection, "file_id = %s", (merchant_id, file_id))
    return found[0] if found else None


async def piece(connection: AsyncConnection, merchant_id: int, file_id: int, begin: int, length: int) -> bytes | None:
    """So much of its content from there on (from 0); None: it is gone."""
    cursor = await connection.execute(
        "SELECT substring(content FROM %s::int4 FOR %s::int4) FROM variant_files "
        "WHERE merchant_id = %s AND file_id = %s",
        (begin + 1, length, merchant_id, file_id),
        binary=True,
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def count_download(
    connection: AsyncConnection, merchant_id: int, order_id: int, file: VariantFile, at: datetime
) -> bool:
    """Count that an order fetches a file. False: it did so as often as it may."""
    names = {
        "merchant": merchant_id, "order": order_id, "file": file.file_id, "at": at, "most": file.most_downloads,
    }  # fmt: skip
    cursor = await connection.execute(query(_COUNT), names)
    return await cursor.fetchone() is not None


async def downloads(connection: AsyncConnection, merchant_id: int, order_id: int) -> list[Downloaded]:
    """What an order fetched so far, by file."""
    cursor = await connection.execute(
        "SELECT file_id, downloads, last_at FROM file_downloads WHERE merchant_id = %s AND order_id = %s "
        "ORDER BY file_id",
        (merchant_id, order_id),
    )
    return [Downloaded(*row) for row in await cursor.fetchall()]


async def _files(connection: AsyncConnection, which: str, values: tuple[object, ...]) -> list[VariantFile]:
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM variant_files WHERE merchant_id = %s AND {which}"), values
    )
    return [VariantFile(*row) for row in await cursor.fetchall()]
