"""How stock stands, for showing: a command asks the locked rows again."""

from __future__ import annotations

from collections.abc import Sequence

from gerai.engine.core import Engine
from gerai.store import stock as sql

Level = sql.Level


async def levels(engine: Engine, merchant_id: int, environment: str, item_ids: Sequence[int]) -> list[Level]:
    """Of these items, by item and warehouse; where one never was, there is none."""
    async with engine.connection() as connection:
        return await sql.levels(connection, merchant_id, environment, item_ids)


async def low_levels(
    engine: Engine, merchant_id: int, environment: str, after: tuple[int, int], limit: int
) -> list[Level]:
    """What is low, by item and warehouse, behind ``after``."""
    async with engine.connection() as connection:
        return await sql.low_levels(connection, merchant_id, environment, after, limit)


async def level(engine: Engine, merchant_id: int, environment: str, item_id: int, warehouse_id: int) -> Level:
    """Of one item in one warehouse; none are where it never was."""
    async with engine.connection() as connection:
        found = await sql.level(connection, merchant_id, environment, item_id, warehouse_id)
    return found or Level(item_id, warehouse_id, 0, 0, None)
