"""What the last look at the books found broken, shop by shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gerai.store.conditions import query

_COLUMNS: Final = "t.merchant_id, t.environment, t.invariant, t.broken_id, t.broken_rows, t.rows, t.since, t.checked_at"
#: A later look that is kept already stays.
_KEEP: Final = """
INSERT INTO broken_books AS t (merchant_id, environment, invariant, broken_id, broken_rows, rows, since, checked_at)
VALUES (%(merchant_id)s, %(environment)s, %(invariant)s, %(broken_id)s, %(broken_rows)s, %(rows)s, %(at)s, %(at)s)
ON CONFLICT (merchant_id, environment, invariant) DO UPDATE
SET broken_rows = excluded.broken_rows, rows = excluded.rows, checked_at = excluded.checked_at
WHERE t.checked_at <= excluded.checked_at"""
#: What that look did not find any more; of shops that are named, or of all.
_FORGET: Final = """
DELETE FROM broken_books t WHERE t.checked_at < %(at)s AND t.invariant = ANY(%(checked)s)
  AND (%(merchant_id)s::int8 IS NULL OR t.merchant_id = %(merchant_id)s)"""
_UNANNOUNCED: Final = f"SELECT {_COLUMNS} FROM broken_books t WHERE t.announced_at IS NULL"
_OF_SHOP: Final = f"""
SELECT {_COLUMNS} FROM broken_books t WHERE t.merchant_id = %s AND t.environment = %s ORDER BY t.since, t.invariant"""
_ANNOUNCED: Final = """
UPDATE broken_books SET announced_at = now() WHERE merchant_id = %s AND environment = %s AND invariant = %s"""


class BrokenBook(NamedTuple):
    """An invariant that does not hold in one environment of a shop, ``since`` a look first found it. ``broken_id``
    names it there; ``rows``: the ids of the first of ``broken_rows`` that are not as they must be."""

    merchant_id: int
    environment: str
    invariant: str
    broken_id: int
    broken_rows: int
    rows: list[dict[str, Any]]
    since: datetime
    checked_at: datetime


async def keep(
    connection: AsyncConnection,
    at: datetime,
    found: Sequence[BrokenBook],
    checked: Sequence[str],
    merchant_id: int | None = None,
) -> None:
    """What a look at these invariants at that moment found, of all shops or of one; what it did not find any more
    goes."""
    async with connection.transaction(), connection.cursor() as cursor:
        for one in found:
            await cursor.execute(query(_KEEP), {**one._asdict(), "rows": Jsonb(one.rows), "at": at})
        names = {"at": at, "checked": list(checked), "merchant_id": merchant_id}
        await cursor.execute(query(_FORGET), names)


async def of_shop(connection: AsyncConnection, merchant_id: int, environment: str) -> list[BrokenBook]:
    """What does not hold there, longest first."""
    cursor = await connection.execute(query(_OF_SHOP), (merchant_id, environment))
    return [BrokenBook(*row) for row in await cursor.fetchall()]


async def unannounced(connection: AsyncConnection) -> list[BrokenBook]:
    """What no event tells of yet, of all shops."""
    cursor = await connection.execute(query(_UNANNOUNCED))
    return [BrokenBook(*row) for row in await cursor.fetchall()]


async def announced(connection: AsyncConnection, one: BrokenBook) -> None:
    """An event tells of it."""
    await connection.execute(_ANNOUNCED, (one.merchant_id, one.environment, one.invariant))
