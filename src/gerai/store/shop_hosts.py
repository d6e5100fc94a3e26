"""Whose host a name is: the setting ``shop_host`` of merchants. They are few, and one is chosen rarely."""

from __future__ import annotations

from psycopg import AsyncConnection


async def is_taken(connection: AsyncConnection, merchant_id: int, host: str) -> bool:
    """Whether another merchant has this host for its own. Until the transaction ends nobody else takes one."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('gerai_shop_hosts', 0))")
    text = "SELECT FROM merchants WHERE merchant_id <> %s AND settings ->> 'shop_host' = %s LIMIT 1"
    return bool(await (await connection.execute(text, (merchant_id, host))).fetchall())


async def is_alone(connection: AsyncConnection, merchant_id: int) -> bool:
    """Whether there is no other merchant."""
    text = "SELECT FROM merchants WHERE merchant_id <> %s LIMIT 1"
    return not await (await connection.execute(text, (merchant_id,))).fetchall()
