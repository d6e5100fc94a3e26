"""The last backup of the installation, as the database has it."""

from __future__ import annotations

from gerai.engine.core import Engine
from gerai.store import backup_record


async def backup_is_due(engine: Engine, every_s: float) -> bool:
    """Whether none was made in the last ``every_s`` seconds, and no attempt failed just now. DatabaseError."""
    async with engine.connection() as connection:
        return await backup_record.is_due(connection, every_s)
