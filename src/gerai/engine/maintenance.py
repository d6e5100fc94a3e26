"""What a running engine does beside its writer: keeps ids in reserve, and gives new tables their first statistics."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from gerai.engine.ids import Ids
from gerai.store.connection import DatabaseError
from gerai.store.due import analyze_new_tables
from gerai.store.pool import Pool

log = structlog.get_logger("gerai.maintenance")
_EVERY_S = 2.0


async def maintain(pool: Pool, ids: Ids) -> None:
    """Until cancelled: refill ids as soon as they are low; look for tables without statistics every two seconds."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_S):
                # Woken as soon as blocks are wanted; otherwise the time limit lets it look at the tables.
                await ids.low.wait()
        try:
            async with pool.connection() as connection:
                if ids.low.is_set():
                    await ids.refill(connection)
                else:
                    await analyze_new_tables(connection)
        except DatabaseError as error:
            log.warning("maintenance.database", error=str(error))
            await asyncio.sleep(_EVERY_S)
