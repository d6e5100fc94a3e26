"""What became of the last backup, and whose turn it is to make the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection, Connection

from gerai.settings import DatabaseSettings
from gerai.store.connection import DatabaseError, open_blocking

#: Any number; only scheduled backups take this lock.
_LOCK: Final = 4_741_003
#: A failed attempt is repeated sooner than a backup that was made, but not at once.
_AGAIN_AFTER_S: Final = 3600.0
_IS_DUE: Final = """
SELECT NOT EXISTS (
    SELECT FROM backups WHERE merchant_id = 0
    AND greatest(made_at + %s * interval '1 second', CASE WHEN fault <> '' THEN tried_at + %s * interval '1 second' END)
        > now())"""
_MADE: Final = """
INSERT INTO backups (merchant_id, made_at, bytes, took_ms, tried_at) VALUES (0, %s, %s, %s, now())
ON CONFLICT (merchant_id) DO UPDATE
SET made_at = excluded.made_at, bytes = excluded.bytes, took_ms = excluded.took_ms, tried_at = now(), fault = ''
WHERE backups.made_at IS NULL OR backups.made_at <= excluded.made_at"""
_FAILED: Final = """
INSERT INTO backups (merchant_id, tried_at, fault) VALUES (0, now(), %s)
ON CONFLICT (merchant_id) DO UPDATE SET tried_at = now(), fault = excluded.fault"""
_LAST: Final = """
SELECT made_at, bytes, took_ms, fault, now() FROM backups WHERE merchant_id = 0"""


class LastBackup(NamedTuple):
    """``made_at`` is None until one was made. ``fault``: why the last attempt failed, else empty.
    ``now`` is the database's clock."""

    made_at: datetime | None
    bytes: int
    took_ms: int
    fault: str
    now: datetime


async def is_due(connection: AsyncConnection, every_s: float) -> bool:
    """Whether none was made in the last ``every_s`` seconds, and no attempt failed just now."""
    cursor = await connection.execute(_IS_DUE, (every_s, min(every_s, _AGAIN_AFTER_S)))
    row = await cursor.fetchone()
    return row is not None and row[0]


async def last_backup(connection: AsyncConnection) -> LastBackup | None:
    """The last one; None before the first attempt."""
    row = await (await connection.execute(_LAST)).fetchone()
    return None if row is None else LastBackup(*row)


class Turn:
    """The right to make the scheduled backup: nobody else makes one meanwhile."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def is_due(self, every_s: float) -> bool:
        """As :func:`is_due`."""
        row = self._connection.execute(_IS_DUE, (every_s, min(every_s, _AGAIN_AFTER_S))).fetchone()
        return row is not None and row[0]

    def last_size(self) -> int:
        """Bytes of the last backup; 0 before the first."""
        row = self._connection.execute(_LAST).fetchone()
        return 0 if row is None else LastBackup(*row).bytes


@contextmanager
def turn(limits: DatabaseSettings) -> Generator[Turn | None]:
    """The turn until the end of the block; None when another process has it. DatabaseError."""
    with open_blocking(limits.url, limits) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
        if row is None or not row[0]:
            yield None
            return
        try:
            yield Turn(connection)
        finally:
            # At once: the server takes a moment to see that a session has ended.
            with contextlib.suppress(DatabaseError):
                connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def record_made(limits: DatabaseSettings, made_at: datetime, size: int, took_ms: int) -> None:
    """Keep that a backup of that moment was made. DatabaseError."""
    with open_blocking(limits.url, limits) as connection:
        connection.execute(_MADE, (made_at, size, took_ms))


def record_failed(limits: DatabaseSettings, fault: str) -> None:
    """Keep why an attempt failed. DatabaseError."""
    with open_blocking(limits.url, limits) as connection:
        connection.execute(_FAILED, (fault,))
