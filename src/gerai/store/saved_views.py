"""Lists as people narrowed them, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from psycopg import AsyncConnection

from gerai.store.lookup_table import lookup_table

SAVED_VIEWS: Final = lookup_table("saved_views", "view_id owner shared page name query created_at")
_COLUMNS: Final = ", ".join(SAVED_VIEWS.columns)
_SEEN: Final = f"""
SELECT {_COLUMNS} FROM saved_views WHERE merchant_id = %s AND (shared OR owner = %s)
ORDER BY shared, lower(name), view_id LIMIT %s"""
_FORGET: Final = "DELETE FROM saved_views WHERE merchant_id = %s AND owner = %s AND NOT shared"


class SavedView(msgspec.Struct, frozen=True):
    """``owner``: who saved it, as events keep it; ``shared``: it is the shop's; ``page``: the things that are listed;
    ``query``: how the list is narrowed, as it stands in its address."""

    view_id: int
    owner: str
    shared: bool
    page: str
    name: str
    query: str
    created_at: datetime


async def seen_by(connection: AsyncConnection, merchant_id: int, owner: str, limit: int) -> list[SavedView]:
    """Somebody's own, then the shop's."""
    cursor = await connection.execute(_SEEN.encode(), (merchant_id, owner, limit))
    return [SavedView(*row) for row in await cursor.fetchall()]


async def forget(connection: AsyncConnection, merchant_id: int, owner: str) -> None:
    """Somebody's own are there no more; what they shared stays the shop's."""
    await connection.execute(_FORGET, (merchant_id, owner))
