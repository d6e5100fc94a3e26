"""The tables behind districts, courier services and rates. Column order is the reader's."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection

from gerai.store.lookup_table import lookup_table

#: Rows of this merchant id belong to everybody.
EVERYBODY: Final = 0

LOCATIONS: Final = lookup_table("locations", "location_id code district city province latitude longitude postal_codes")
SERVICES: Final = lookup_table(
    "courier_services",
    "service_id courier_id courier_code courier_name code name courier_type aggregator pickup minimum_kg tolerance_g",
)
RATES: Final = lookup_table("shipping_rates", "service_id origin destination per_kg_sen days_min days_max cod")


async def content_mark(connection: AsyncConnection) -> str:
    """Changes whenever a shared district does."""
    cursor = await connection.execute(
        "SELECT coalesce(md5(string_agg(l::text, '' ORDER BY location_id)), '') FROM locations l "
        "WHERE merchant_id = %s",
        (EVERYBODY,),
    )
    row = await cursor.fetchone()
    return row[0] if row else ""
