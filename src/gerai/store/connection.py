"""Connections to PostgreSQL, and what goes wrong with them. The driver's names stay in this package."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection, OperationalError
from psycopg import Connection as BlockingConnection
from psycopg import Error as DatabaseError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UniqueViolation
from psycopg_pool import AsyncConnectionPool

from gerai.settings import DatabaseSettings
from gerai.store.session import USUAL, limited

__all__ = [
    "RACES",
    "Connection",
    "ConnectionLost",
    "DatabaseError",
    "Pool",
    "make_pool",
    "open_blocking",
    "open_connection",
    "server_version",
]

Connection = AsyncConnection
Pool = AsyncConnectionPool[AsyncConnection]
#: The database is away, or starting: trying again later is right. A pool without a free connection raises it, too.
ConnectionLost = OperationalError
#: Somebody else was faster: deciding again is right.
RACES: Final = (UniqueViolation, DeadlockDetected, SerializationFailure, LockNotAvailable)


async def open_connection(dsn: str, limits: DatabaseSettings = USUAL) -> Connection:
    """A connection that commits each statement. ConnectionLost."""
    return await AsyncConnection.connect(limited(dsn, limits), autocommit=True)


def open_blocking(dsn: str, limits: DatabaseSettings = USUAL) -> BlockingConnection:
    """The same for whoever has no event loop. ConnectionLost."""
    return BlockingConnection.connect(limited(dsn, limits), autocommit=True)


def make_pool(dsn: str, max_size: int, limits: DatabaseSettings = USUAL) -> Pool:
    """A pool that is not open yet. Its connections commit each statement; one is waited for ten seconds."""
    kwargs = {"autocommit": True}
    return AsyncConnectionPool(
        limited(dsn, limits), min_size=1, max_size=max_size, open=False, kwargs=kwargs, timeout=10
    )


def server_version(dsn: str, limits: DatabaseSettings = USUAL) -> int:
    """The version of the server there (150003: 15.3). Raises ConnectionLost when it does not respond in time."""
    with open_blocking(dsn, limits) as connection:
        return connection.info.server_version
