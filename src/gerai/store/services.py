"""The tables of services: their columns, and replacing rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Json

from gerai.store.lookup_table import LookupTable, lookup_table

TYPES: Final = lookup_table("service_types", "type_id code name description is_active input_schema result_schema")
SERVICES: Final = lookup_table(
    "services",
    "service_id type_id code name description open_time close_time is_active processing_type provider "
    "provider_settings unit_price_sen min_items max_items deadline_ms created_at updated_at",
)


async def put(connection: AsyncConnection, table: LookupTable, merchant_id: int, row: Sequence[Any]) -> None:
    """Insert a row, or replace the one with the same id. Values stand in the columns' order; a dict becomes JSON."""
    await put_all(connection, table, merchant_id, [row])


async def put_all(
    connection: AsyncConnection, table: LookupTable, merchant_id: int, rows: Sequence[Sequence[Any]]
) -> None:
    """The same of many rows."""
    names = ("merchant_id", *table.columns)
    statement = SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (merchant_id, {}) DO UPDATE SET {}").format(
        Identifier(table.name),
        SQL(", ").join(map(Identifier, names)),
        SQL(", ").join([Placeholder()] * len(names)),
        Identifier(table.columns[0]),
        SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in table.columns[1:]),
    )
    async with connection.cursor() as cursor:
        await cursor.executemany(
            statement, [(merchant_id, *(Json(v) if isinstance(v, dict) else v for v in row)) for row in rows]
        )


async def balances_before(connection: AsyncConnection, merchant_id: int, order_ids: list[int]) -> list[tuple[int, int]]:
    """(order, available before its hold) of orders that hold or held money."""
    cursor = await connection.execute(
        "SELECT order_id, debit_available_after + amount_sen FROM transfers "
        "WHERE merchant_id = %s AND order_id = ANY(%s) AND phase = 'pending'",
        (merchant_id, order_ids),
    )
    return await cursor.fetchall()
