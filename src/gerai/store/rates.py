"""The statements behind a rate table: a page of it, and many rates written at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from gerai.store.conditions import Where, query
from gerai.store.locations import RATES

_COLUMNS: Final = ", ".join(RATES.columns)
_TYPES: Final = ("int8", "text", "text", "int8", "int4", "int4", "bool")
_PUT: Final = f"""
INSERT INTO shipping_rates (merchant_id, {_COLUMNS})
SELECT %s, {", ".join(f"n.{name}" for name in RATES.columns)}
FROM unnest({", ".join(f"%s::{kind}[]" for kind in _TYPES)}) AS n({_COLUMNS})
ON CONFLICT (merchant_id, service_id, origin, destination) DO UPDATE
SET per_kg_sen = excluded.per_kg_sen, days_min = excluded.days_min, days_max = excluded.days_max, cod = excluded.cod"""
_REMOVE_OTHERS: Final = """
DELETE FROM shipping_rates r WHERE r.merchant_id = %s AND r.service_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM unnest(%s::int8[], %s::text[], %s::text[]) AS n(service_id, origin, destination)
    WHERE n.service_id = r.service_id AND n.origin = r.origin AND n.destination = r.destination)"""


async def put_rates(connection: AsyncConnection, merchant_id: int, rows: Sequence[Sequence[Any]]) -> None:
    """Store these rates, whose values stand in the columns' order; one that is there has the new price, days and cash
    on delivery. No two of them are of one service, origin and destination."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(query(_PUT), (merchant_id, *columns))


async def remove_other_rates(
    connection: AsyncConnection, merchant_id: int, service_ids: Sequence[int], kept: Sequence[Sequence[Any]]
) -> int:
    """Of these services, remove every rate but those ``kept`` (service, origin, destination); returns how many."""
    keys = [[row[n] for row in kept] for n in range(3)]
    cursor = await connection.execute(query(_REMOVE_OTHERS), (merchant_id, list(service_ids), *keys))
    return cursor.rowcount


async def page_of_rates(
    connection: AsyncConnection,
    merchant_id: int,
    after: tuple[int, str, str] | None,
    limit: int,
    *,
    service_id: int | None = None,
    destinations: Sequence[str] | None = None,
) -> list[tuple[Any, ...]]:
    """Rates by service, origin and destination, after one of them. ``destinations``: only to one of these codes."""
    where = (
        Where("merchant_id = %s", merchant_id)
        .add_if(service_id is not None, "service_id = %s", service_id)
        .add_if(destinations is not None, "destination = ANY(%s)", None if destinations is None else [*destinations])
    )
    if after is not None:
        where.add("(service_id, origin, destination) > (%s, %s, %s)", *after)
    text = f"SELECT {_COLUMNS} FROM shipping_rates {where.text} ORDER BY service_id, origin, destination LIMIT %s"
    cursor = await connection.execute(query(text), (*where.params, limit))
    return await cursor.fetchall()
