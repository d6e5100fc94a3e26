"""How many of each counted item a warehouse has, for showing; a row for what gets there first; and the mark below which
an item is low. Whoever changes a count is a command of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import args_row, class_row
from psycopg.sql import SQL, Identifier

from gerai.domain.records import Stock
from gerai.store.loads import STOCK_BY_ID
from gerai.store.tables import STOCK

_LEVEL: Final = "item_id, warehouse_id, on_hand, reserved, low_at"


class Level(NamedTuple):
    """How an item stands in a warehouse. ``low_at``: when no more than so many are available, it is low."""

    item_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    low_at: int | None


async def levels(
    connection: AsyncConnection, merchant_id: int, environment: str, item_ids: Sequence[int]
) -> list[Level]:
    """Of these items, by item and warehouse."""
    async with connection.cursor(row_factory=args_row(Level)) as cursor:
        await cursor.execute(
            f"SELECT {_LEVEL} FROM stock WHERE merchant_id = %s AND environment = %s AND item_id = ANY(%s::int8[]) "
            "ORDER BY item_id, warehouse_id",
            (merchant_id, environment, list(item_ids)),
        )
        return await cursor.fetchall()


async def low_levels(
    connection: AsyncConnection, merchant_id: int, environment: str, after: tuple[int, int], limit: int
) -> list[Level]:
    """What is low, by item and warehouse, behind ``after``."""
    async with connection.cursor(row_factory=args_row(Level)) as cursor:
        await cursor.execute(
            f"SELECT {_LEVEL} FROM stock WHERE merchant_id = %s AND environment = %s "
            "AND (item_id, warehouse_id) > (%s, %s) AND low_at IS NOT NULL AND on_hand - reserved <= low_at "
            "ORDER BY item_id, warehouse_id LIMIT %s",
            (merchant_id, environment, *after, limit),
        )
        return await cursor.fetchall()


async def level(
    connection: AsyncConnection, merchant_id: int, environment: str, item_id: int, warehouse_id: int
) -> Level | None:
    """Of one item in one warehouse; None: it was never there."""
    async with connection.cursor(row_factory=args_row(Level)) as cursor:
        await cursor.execute(
            f"SELECT {_LEVEL} FROM stock "
            "WHERE merchant_id = %s AND environment = %s AND item_id = %s AND warehouse_id = %s",
            (merchant_id, environment, item_id, warehouse_id),
        )
        return await cursor.fetchone()


async def by_id(connection: AsyncConnection, merchant_id: int, stock_id: int) -> Stock | None:
    """One row as the batch knows it."""
    async with connection.cursor(row_factory=class_row(Stock)) as cursor:
        await cursor.execute(
            SQL("SELECT {} FROM stock WHERE merchant_id = %s AND stock_id = %s").format(
                SQL(", ").join(map(Identifier, STOCK.columns))
            ),
            (merchant_id, stock_id),
        )
        return await cursor.fetchone()


async def locked(connection: AsyncConnection, merchant_id: int, stock_ids: Sequence[int]) -> list[Stock]:
    """Rows of a merchant, which nobody else changes until this transaction ends; locked in the order of their ids, as
    everybody locks them."""
    cursor = await connection.execute(STOCK_BY_ID, (merchant_id, list(stock_ids)))
    return [STOCK.read(row) for row in await cursor.fetchall()]


async def write_counts(connection: AsyncConnection, rows: Sequence[Stock]) -> None:
    """Give locked rows these figures. One statement."""
    if rows:
        await connection.execute(STOCK.update_sql, STOCK.update_params(rows))


async def add_empty(
    connection: AsyncConnection,
    merchant_id: int,
    stock_id: int,
    environment: str,
    item_id: int,
    warehouse_id: int,
    at: datetime,
) -> None:
    """A row with none in it; one that is there stays."""
    await connection.execute(
        "INSERT INTO stock (merchant_id, stock_id, environment, item_id, warehouse_id, on_hand, reserved, updated_at) "
        "VALUES (%s, %s, %s, %s, %s, 0, 0, %s) ON CONFLICT DO NOTHING",
        (merchant_id, stock_id, environment, item_id, warehouse_id, at),
    )


async def mark_low(
    connection: AsyncConnection,
    merchant_id: int,
    environment: str,
    item_id: int,
    warehouse_id: int,
    low_at: int | None,
) -> None:
    """Set the mark of a row, or take it away."""
    await connection.execute(
        "UPDATE stock SET low_at = %s "
        "WHERE merchant_id = %s AND environment = %s AND item_id = %s AND warehouse_id = %s",
        (low_at, merchant_id, environment, item_id, warehouse_id),
    )
