"""Connections to PostgreSQL, and what goes wrong with them. The driver's names stay in this package."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection, OperationalError, connect
from psycopg import Error as DatabaseError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation
from psycopg_pool import AsyncConnectionPool

__all__ = [
    "RACES",
    "Connection",
    "ConnectionLost",
    "DatabaseError",
    "Pool",
    "make_pool",
    "open_connection",
    "server_version",
]

Connection = AsyncConnection
Pool = AsyncConnectionPool[AsyncConnection]
#: The database is away, or starting: trying again later is right. A pool without a free connection raises it, too.
ConnectionLost = OperationalError
#: Somebody else was faster: deciding again is right.
RACES: Final = (UniqueViolation, DeadlockDetected, SerializationFailure, LockNotAvailable)


async def open_connection(dsn: str) -> Connection:
    """A connection that commits each statement. ConnectionLost."""
    return await AsyncConnection.connect(dsn, autocommit=True)


def make_pool(dsn: str, max_size: int) -> Pool:
    """A pool that is not open yet. Its connections commit each statement; one is waited for ten seconds."""
    return AsyncConnectionPool(dsn, min_size=1, max_size=max_size, open=False, kwargs={"autocommit": True}, timeout=10)


def server_version(dsn: str, timeout_s: int) -> int:
    """The version of the server there (150003: 15.3). Raises ConnectionLost when it does not respond in time."""
    with connect(dsn, connect_timeout=timeout_s) as connection:
        return connection.info.server_version
