"""What happened to orders, read without a lock."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

#: Each merchant by its own part of the index.
_NEWS: Final = """
SELECT e.event_id, m.merchant_id, e.environment, e.order_id, e.name FROM unnest(%s::bigint[]) AS m (merchant_id)
CROSS JOIN LATERAL (
    SELECT event_id, environment, order_id, name FROM events
    WHERE merchant_id = m.merchant_id AND event_id > %s AND event_id <= %s ORDER BY event_id LIMIT %s) e
ORDER BY e.event_id"""


class NewsEvent(NamedTuple):
    """That something happened at a merchant, to an order or (None) to something else."""

    event_id: int
    merchant_id: int
    environment: str
    order_id: int | None
    name: str


async def of_orders(
    connection: AsyncConnection, merchant_id: int, order_ids: list[int], after_id: int = 0
) -> list[tuple[int, int, str, dict[str, Any], Any]]:
    """(event_id, order_id, name, facts, created_at), oldest first."""
    cursor = await connection.execute(
        "SELECT event_id, order_id, name, facts, created_at FROM events WHERE merchant_id = %s AND order_id = ANY(%s) "
        "AND event_id > %s ORDER BY event_id",
        (merchant_id, order_ids, after_id),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await cursor.fetchall()]


async def news(
    connection: AsyncConnection, merchant_ids: list[int], after_id: int, until_id: int, limit: int
) -> list[NewsEvent]:
    """What happened at these merchants behind one event and up to another, oldest first; of each at most ``limit``."""
    cursor = await connection.execute(_NEWS, (merchant_ids, after_id, until_id, limit))
    return [NewsEvent(*row) for row in await cursor.fetchall()]
