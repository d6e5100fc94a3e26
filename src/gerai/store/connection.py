"""Connections to PostgreSQL, and what goes wrong with them. The driver's names stay in this package."""

from __future__ import annotations

import contextlib
import os
import select
import socket

from psycopg import AsyncConnection, OperationalError
from psycopg import Connection as BlockingConnection
from psycopg import Error as DatabaseError
from psycopg_pool import AsyncConnectionPool

from gerai.settings import DatabaseSettings
from gerai.store.session import USUAL, limited

__all__ = [
    "Connection",
    "ConnectionLost",
    "DatabaseError",
    "Pool",
    "drop",
    "make_pool",
    "open_blocking",
    "open_connection",
    "server_version",
]

Connection = AsyncConnection
Pool = AsyncConnectionPool[AsyncConnection]
#: The database is away, or cannot: trying again later is right. What it was in detail: ``faults.py``.
ConnectionLost = OperationalError


async def open_connection(dsn: str, limits: DatabaseSettings = USUAL) -> Connection:
    """A connection that commits each statement. ConnectionLost."""
    return await AsyncConnection.connect(limited(dsn, limits), autocommit=True)


def open_blocking(dsn: str, limits: DatabaseSettings = USUAL) -> BlockingConnection:
    """The same for whoever has no event loop. ConnectionLost."""
    return BlockingConnection.connect(limited(dsn, limits), autocommit=True)


def make_pool(dsn: str, max_size: int, limits: DatabaseSettings = USUAL) -> Pool:
    """A pool that is not open yet. Its connections commit each statement; one is waited for ten seconds. Sessions that
    ended in the meantime are not handed out."""
    kwargs = {"autocommit": True}
    return _LivePool(limited(dsn, limits), min_size=1, max_size=max_size, open=False, kwargs=kwargs, timeout=10)


class _LivePool(AsyncConnectionPool[AsyncConnection]):
    async def getconn(self, timeout: float | None = None) -> AsyncConnection:
        # Not the pool's own check: it waits longer after each one that fails, and all end at once.
        while _has_ended(connection := await super().getconn(timeout)):
            await connection.close()
            # Given back closed, it is replaced.
            await self.putconn(connection)
        return connection


def _has_ended(connection: AsyncConnection) -> bool:
    """Whether the server has ended this session. It says so on the socket at once; looking there costs no round trip,
    which a statement would."""
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    try:
        while looking.poll(0):
            # The server's last words, and then the end of the stream, which raises; a notice is read and passed over.
            connection.pgconn.consume_input()
    except OperationalError:
        return True
    return False


def drop(connection: Connection) -> None:
    """Break the link under a statement that takes too long: whoever waits for it gets ConnectionLost at once.

    Cancelling the task instead would ask the server to stop and wait for its answer, which may be what does not come.
    """
    with contextlib.suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as link:
        link.shutdown(socket.SHUT_RDWR)


def server_version(dsn: str, limits: DatabaseSettings = USUAL) -> int:
    """The version of the server there (150003: 15.3). Raises ConnectionLost when it does not respond in time."""
    with open_blocking(dsn, limits) as connection:
        return connection.info.server_version
