"""Connections for reads and for what is not a command, shared by one process."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection, OperationalError
from psycopg import Error as DatabaseError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Pool = AsyncConnectionPool[AsyncConnection]
#: What a database that is away, or refuses a statement, raises; for who wants to go on without it.
DATABASE_ERRORS: Final = (DatabaseError, PoolTimeout)
#: The database is away (or starting): trying again later is right.
UNREACHABLE: Final = (OperationalError, PoolTimeout)


def make_pool(dsn: str, max_size: int) -> Pool:
    """A pool that is not open yet. Its connections commit each statement; one is waited for ten seconds."""
    return AsyncConnectionPool(dsn, min_size=1, max_size=max_size, open=False, kwargs={"autocommit": True}, timeout=10)
