"""What happened to orders, read without a lock."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection


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
