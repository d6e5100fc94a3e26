"""What wallets had available before their held orders, read from the ledger."""

from __future__ import annotations

from gerai.engine.core import Engine
from gerai.store import services as sql


async def before_orders(engine: Engine, merchant_id: int, order_ids: list[int]) -> dict[int, int]:
    """By order id, in sen: what the order's wallet had available right before it; orders that held nothing are
    missing."""
    async with engine.connection() as connection:
        return dict(await sql.balances_before(connection, merchant_id, order_ids))
