"""The sessions of the database's server: how many there are, who waits for whom. ``pg_stat_activity`` shows of sessions
of other roles only that they are there, unless ours may read all of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from psycopg import AsyncConnection

_CONNECTIONS: Final = """
SELECT count(*) FILTER (WHERE datname = current_database()),
       count(*) FILTER (WHERE datname <> current_database()),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
FROM pg_stat_activity WHERE datname IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"""
_WAITS: Final = """
SELECT coalesce((SELECT extract(epoch FROM max(clock_timestamp() - waitstart)) FROM pg_locks
                 WHERE NOT granted), 0)::float8,
       coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND coalesce(backend_type, 'client backend') = 'client backend'), 0)::float8"""
#: Who waits for a lock, and who holds it. No statement: it may hold what nobody should read.
_BLOCKED: Final = """
SELECT w.pid, extract(epoch FROM clock_timestamp() - l.waitstart)::float8,
       coalesce(l.relation::regclass::text, l.locktype), b.pid,
       coalesce(a.application_name, ''), coalesce(a.usename::text, ''), coalesce(a.state, '')
FROM pg_locks l JOIN pg_stat_activity w ON w.pid = l.pid
CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS b (pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid
WHERE NOT l.granted AND l.waitstart < clock_timestamp() - %s * interval '1 second'
ORDER BY l.waitstart LIMIT 20"""
_LONG: Final = """
SELECT pid, coalesce(application_name, ''), coalesce(usename::text, ''), state,
       extract(epoch FROM clock_timestamp() - xact_start)::float8
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND xact_start < clock_timestamp() - %s * interval '1 second'
ORDER BY xact_start LIMIT 20"""


class Blocked(NamedTuple):
    """A session that waits for a lock on ``what``, and the one that holds it."""

    pid: int
    waits_s: float
    what: str
    by_pid: int
    by_application: str
    by_role: str
    by_state: str


class LongTransaction(NamedTuple):
    """``state``: active, idle in transaction …"""

    pid: int
    application: str
    role: str
    state: str
    age_s: float


async def connections(connection: AsyncConnection) -> list[tuple[int, int, int]]:
    """One row: connections to this database, to others of this server, and how many an ordinary role may have in
    all."""
    cursor = await connection.execute(_CONNECTIONS)
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def waits(connection: AsyncConnection) -> list[tuple[float, float]]:
    """One row: seconds of the longest wait for a lock, and of the longest open transaction of this database."""
    cursor = await connection.execute(_WAITS)
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def blocked(connection: AsyncConnection, longer_than_s: float) -> list[Blocked]:
    """Who waits for a lock for longer than that, the longest first; twenty at most."""
    cursor = await connection.execute(_BLOCKED, (longer_than_s,))
    return [Blocked(*row) for row in await cursor.fetchall()]


async def long_transactions(connection: AsyncConnection, longer_than_s: float) -> list[LongTransaction]:
    """Transactions that are open for longer than that, the longest first; twenty at most."""
    cursor = await connection.execute(_LONG, (longer_than_s,))
    return [LongTransaction(*row) for row in await cursor.fetchall()]
