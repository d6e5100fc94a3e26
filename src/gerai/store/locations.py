"""The tables behind districts, courier services and rates. Column order is the reader's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection

from gerai.store.conditions import query
from gerai.store.lookup_table import lookup_table

#: Rows of this merchant id belong to everybody.
EVERYBODY: Final = 0

LOCATIONS: Final = lookup_table("locations", "location_id code district city province latitude longitude postal_codes")
SERVICES: Final = lookup_table(
    "courier_services",
    "service_id courier_id courier_code courier_name code name courier_type aggregator pickup minimum_kg tolerance_g",
)
RATES: Final = lookup_table("shipping_rates", "service_id origin destination per_kg_sen days_min days_max cod")


_PUT: Final = f"""
INSERT INTO locations (merchant_id, {", ".join(LOCATIONS.columns)})
VALUES (%s, {", ".join(["%s"] * len(LOCATIONS.columns))})
ON CONFLICT (merchant_id, code) DO UPDATE SET district = excluded.district, city = excluded.city,
    province = excluded.province, postal_codes = excluded.postal_codes"""


async def put_locations(connection: AsyncConnection, places: Sequence[Sequence[Any]]) -> None:
    """Store everybody's districts, whose values stand in the columns' order; one whose code is there keeps its id and
    its coordinates."""
    async with connection.cursor() as cursor:
        await cursor.executemany(query(_PUT), [(EVERYBODY, *place) for place in places])


async def content_mark(connection: AsyncConnection) -> str:
    """Changes whenever a shared district does."""
    cursor = await connection.execute(
        "SELECT coalesce(md5(string_agg(l::text, '' ORDER BY location_id)), '') FROM locations l "
        "WHERE merchant_id = %s",
        (EVERYBODY,),
    )
    row = await cursor.fetchone()
    return row[0] if row else ""
