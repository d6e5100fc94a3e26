"""Which workers there are, kept where every process can read it."""

from __future__ import annotations

from collections.abc import Mapping

from gerai.engine.core import Engine
from gerai.store import worker_beats


async def note_progress(engine: Engine, worker: str, ages_s: Mapping[str, float]) -> None:
    """Keep how many seconds ago this worker made progress, by kind of work. DatabaseError."""
    async with engine.connection() as connection:
        await worker_beats.note(connection, worker, ages_s)
