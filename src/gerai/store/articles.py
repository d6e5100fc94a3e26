"""The statements behind articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from gerai.domain.records import Article
from gerai.store.conditions import Where, query

_FIELDS: Final = Article.__struct_fields__
_COLUMNS: Final = ", ".join(_FIELDS)
_ADD: Final = f"INSERT INTO articles ({_COLUMNS}) VALUES ({', '.join(f'%({name})s' for name in _FIELDS)})"
_CHANGE: Final = (
    f"UPDATE articles SET {', '.join(f'{name} = %({name})s' for name in _FIELDS[2:])} "
    "WHERE merchant_id = %(merchant_id)s AND article_id = %(article_id)s"
)


async def page(
    connection: AsyncConnection, merchant_id: int, limit: int, *, before_id: int = 0, published: bool | None = None
) -> list[Article]:
    """The newest first, by id; those below ``before_id``, where it is given."""
    where = Where("merchant_id = %s", merchant_id)
    where.add_if(before_id > 0, "article_id < %s", before_id)
    where.add_if(published is not None, f"published_at IS {'NOT NULL' if published else 'NULL'}")
    return await _read(connection, f"{where.text} ORDER BY article_id DESC LIMIT %s", [*where.params, limit])


async def newest(connection: AsyncConnection, merchant_id: int, limit: int) -> list[Article]:
    """What readers see, what was published last first."""
    order = "ORDER BY published_at DESC, article_id DESC LIMIT %s"
    where = f"WHERE merchant_id = %s AND published_at IS NOT NULL {order}"
    return await _read(connection, where, [merchant_id, limit])


async def by_slug(connection: AsyncConnection, merchant_id: int, slug: str) -> Article | None:
    """The one with this slug, published or not."""
    found = await _read(connection, "WHERE merchant_id = %s AND slug = %s", [merchant_id, slug])
    return next(iter(found), None)


async def by_id(connection: AsyncConnection, merchant_id: int, article_id: int) -> Article | None:
    """One of them."""
    found = await _read(connection, "WHERE merchant_id = %s AND article_id = %s", [merchant_id, article_id])
    return next(iter(found), None)


async def add(connection: AsyncConnection, new: Article) -> bool:
    """False: another has its slug; then nothing is stored, and the transaction goes on."""
    return await _put(connection, _ADD, new)


async def change(connection: AsyncConnection, new: Article) -> bool:
    """Give the one with its id these values. False: another has its slug."""
    return await _put(connection, _CHANGE, new)


async def remove(connection: AsyncConnection, merchant_id: int, article_id: int) -> bool:
    """False: there is none."""
    cursor = await connection.execute(
        "DELETE FROM articles WHERE merchant_id = %s AND article_id = %s", (merchant_id, article_id)
    )
    return cursor.rowcount == 1


async def _put(connection: AsyncConnection, text: str, article: Article) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(query(text), msgspec.structs.asdict(article))
    except UniqueViolation:
        return False
    return True


async def _read(connection: AsyncConnection, rest: str, values: Sequence[Any]) -> list[Article]:
    cursor = await connection.execute(query(f"SELECT {_COLUMNS} FROM articles {rest}"), values)
    return [Article(*row) for row in await cursor.fetchall()]
