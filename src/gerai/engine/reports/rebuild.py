"""Have a merchant's reports counted anew."""

from __future__ import annotations

from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.store import report_counting as sql


async def rebuild_reports(engine: Engine, merchant_id: int) -> None:
    """Ask for everything to be counted anew; a worker does it, day by day, and what was counted stays to be seen until
    then. Asked for again meanwhile, it begins again."""
    async with changing(engine, merchant_id) as connection:
        await sql.ask_rebuild(connection, merchant_id)
        note(merchant_id)
