"""Connections to PostgreSQL, and what goes wrong with them. The driver's names stay in this package."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
from typing import Any

import msgspec
from psycopg import AsyncConnection, OperationalError, adapters
from psycopg import Connection as BlockingConnection
from psycopg import Error as DatabaseError
from psycopg.types.json import set_json_loads

from gerai.settings import DatabaseSettings
from gerai.store.moments import BinaryMoments, Moments
from gerai.store.session import USUAL, limited

__all__ = [
    "Connection",
    "ConnectionLost",
    "DatabaseError",
    "drop",
    "open_blocking",
    "open_connection",
    "server_version",
    "still_here",
    "usable",
    "will_be_long",
]

Connection = AsyncConnection
#: The database is away, or cannot: trying again later is right. What it was in detail: ``faults.py``.
ConnectionLost = OperationalError


def decoded_json(text: bytes | str) -> Any:
    """The value of a JSON column, as the standard library reads it; a fifth of the time in all ordinary cases."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        # Numbers beyond a float and half characters: what a partner sent once must stay readable.
        return json.loads(text)


set_json_loads(decoded_json)
for form in (Moments, BinaryMoments):
    adapters.register_loader("timestamptz", form)


async def open_connection(dsn: str, limits: DatabaseSettings = USUAL) -> Connection:
    """A connection that commits each statement. ConnectionLost."""
    return await AsyncConnection.connect(limited(dsn, limits), autocommit=True)


def open_blocking(dsn: str, limits: DatabaseSettings = USUAL) -> BlockingConnection:
    """The same for whoever has no event loop. ConnectionLost."""
    return BlockingConnection.connect(limited(dsn, limits), autocommit=True)


def usable(connection: AsyncConnection) -> bool:
    """Whether the link still stands, without asking the server: a link that ended has something to read."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    try:
        while poll.poll(0):
            connection.pgconn.consume_input()
    except OperationalError:
        return False
    return True


async def will_be_long(connection: AsyncConnection) -> None:
    """At the beginning of a transaction over very many rows: between two statements there is work for longer than
    usual."""
    await connection.execute(b"SET LOCAL idle_in_transaction_session_timeout = '60s'")


async def still_here(connection: AsyncConnection) -> None:
    """In a long transaction: show the server that somebody works in it (idle_in_transaction_session_timeout)."""
    await connection.execute(b"SELECT 1")


def drop(*connections: Connection) -> None:
    """Break the links under statements that take too long: whoever waits for one gets ConnectionLost at once.

    Cancelling the task instead would ask the server to stop and wait for its answer, which may be what does not come.
    """
    for connection in connections:
        with contextlib.suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as link:
            link.shutdown(socket.SHUT_RDWR)


def server_version(dsn: str, limits: DatabaseSettings = USUAL) -> int:
    """The version of the server there (150003: 15.3). Raises ConnectionLost when it does not respond in time."""
    with open_blocking(dsn, limits) as connection:
        return connection.info.server_version
