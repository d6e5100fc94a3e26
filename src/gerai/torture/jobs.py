"""Jobs that hang: taken by a runner that is gone, or due and not begun."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import psycopg

_LEFT: Final = """
SELECT task_name, status::text, attempts FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"""
_EVERY_S: Final = 0.2


async def jobs_left(dsn: str, within_s: float) -> list[tuple[object, ...]]:
    """Wait until no job is running or due; returns those that are when the time is over."""
    until = time.monotonic() + within_s
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while True:
            left = await (await connection.execute(_LEFT)).fetchall()
            if not left or time.monotonic() > until:
                return left
            await asyncio.sleep(_EVERY_S)
