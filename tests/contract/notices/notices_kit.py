"""What tests of notices share: the worker's run over them, and how they stand."""

from __future__ import annotations

from app_kit import no_gateways
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.worker.main import Worker


async def worked(app: App) -> None:
    """The worker, once."""
    await Worker(app.engine, app.partners, no_gateways(app.engine), app.settings, WEBHOOK_CONTRACTS).run_once()


async def notices_of(app: App, merchant_id: int) -> list[tuple[str, int, str]]:
    """A merchant's notices: state, how much was kept of each, why it waits; oldest first."""
    async with app.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT status, kept, fault FROM notices WHERE merchant_id = %s ORDER BY notice_id", (merchant_id,)
        )
        return await cursor.fetchall()
