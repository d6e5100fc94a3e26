"""The last look at the books of all merchants, and whose turn it is to look again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection

#: Any number; only checks of the books take this lock.
_LOCK: Final = 4_741_002

_RECORD: Final = """
INSERT INTO book_checks (merchant_id, invariant, broken_rows, took_ms, checked_at) VALUES (0, %s, %s, %s, %s)
ON CONFLICT (merchant_id, invariant) DO UPDATE
SET broken_rows = excluded.broken_rows, took_ms = excluded.took_ms, checked_at = excluded.checked_at
WHERE book_checks.checked_at <= excluded.checked_at"""
#: What could not be checked and never was: behind all others from the beginning of time.
_NEVER: Final = """
INSERT INTO book_checks (merchant_id, invariant, broken_rows, took_ms, checked_at) VALUES (0, %s, 0, 0, to_timestamp(0))
ON CONFLICT DO NOTHING"""
#: What an earlier version checked and this one does not.
_FORGET: Final = "DELETE FROM book_checks WHERE merchant_id = 0 AND checked_at < %s AND NOT invariant = ANY(%s)"
_IS_DUE: Final = """
SELECT coalesce(max(checked_at) <= now() - %s * interval '1 second', true) FROM book_checks WHERE merchant_id = 0"""


async def is_due(connection: AsyncConnection, every_s: float) -> bool:
    """Whether no check of all merchants was recorded in the last ``every_s`` seconds."""
    cursor = await connection.execute(_IS_DUE, (every_s,))
    row = await cursor.fetchone()
    return row is not None and row[0]


async def take_turn(connection: AsyncConnection) -> bool:
    """Whether nobody else checks the books now; then it is this session's turn, until :func:`end_turn` or its end."""
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
    row = await cursor.fetchone()
    return row is not None and row[0]


async def end_turn(connection: AsyncConnection) -> None:
    """Let others check the books."""
    await connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


async def record(
    connection: AsyncConnection, at: datetime, found: Sequence[tuple[str, int, int]], unchecked: Sequence[str] = ()
) -> None:
    """Keep (invariant, broken rows, milliseconds) of a check of all merchants; a later one that is kept stays, and so
    does the last one of those that were ``unchecked`` this time (of those that never were, 1970)."""
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(_RECORD, [(*row, at) for row in sorted(found)])
        await cursor.executemany(_NEVER, [(name,) for name in sorted(unchecked)])
        await cursor.execute(_FORGET, (at, [*(name for name, *_ in found), *unchecked]))
