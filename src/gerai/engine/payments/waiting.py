"""Money that waits for a person to decide, in one list.

A payment that came late and was held (``ResolveLate`` decides), and what was paid for an order that was cancelled, that
failed, or whose goods came back (``RefundPayment`` returns it). Each of them announced itself: ``payment.late``,
``refund.due``.
"""

from __future__ import annotations

from typing import Any

from psycopg_pool import AsyncConnectionPool

from gerai.store import waiting as sql

Reads = AsyncConnectionPool[Any]
Waiting = sql.WaitingRow


async def waiting(reads: Reads, merchant_id: int, limit: int = 200) -> list[Waiting]:
    """A merchant's waiting money in both environments, what waits longest first."""
    async with reads.connection() as connection:
        return await sql.waiting(connection, merchant_id, limit)
