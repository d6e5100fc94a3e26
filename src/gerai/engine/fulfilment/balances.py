"""What a held order did to its wallet, read from the ledger."""

from __future__ import annotations

from typing import NamedTuple

from gerai.engine.core import Engine
from gerai.store import services as sql


class Balances(NamedTuple):
    """What the order's wallet had available, in sen: before the order, and right after its last money act."""

    before_sen: int
    after_sen: int


async def of_orders(engine: Engine, merchant_id: int, order_ids: list[int]) -> dict[int, Balances]:
    """By order id; orders that held nothing are missing."""
    async with engine.connection() as connection:
        rows = await sql.holds_of_orders(connection, merchant_id, order_ids)
    return {order_id: Balances(before_sen, after_sen) for order_id, before_sen, after_sen in rows}
