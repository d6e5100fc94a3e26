"""What `gerai doctor` asks the database about an installation: the server, its limits, keys, sealed secrets, endpoints.
Every answer is bounded, whatever the shop's size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection, pq

from gerai.store.migrate import RESTORING

#: Named rows at most; the counts beside them are whole.
SHOWN: Final = 20
_SEALED_AT_MOST: Final = 1000

_SERVER: Final = """
SELECT current_setting('server_version_num')::int, current_setting('transaction_read_only')::bool,
       pg_is_in_recovery(), current_setting('fsync')::bool, current_setting('full_page_writes')::bool,
       current_setting('synchronous_commit')"""
_TIME_LIMITS: Final = """
SELECT name, setting::float8 / CASE unit WHEN 'ms' THEN 1000 WHEN 'min' THEN 1.0 / 60 ELSE 1 END
FROM pg_settings WHERE name = ANY(%s)"""
_TABLE_IS_THERE: Final = "SELECT to_regclass(%s) IS NOT NULL"
_LIVE: Final = "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())"
_KEYS: Final = f"""
SELECT count(*) FILTER (WHERE {_LIVE}), count(*) FILTER (WHERE k.revoked_at IS NOT NULL),
       count(*) FILTER (WHERE k.revoked_at IS NULL AND k.expires_at <= now()),
       count(*) FILTER (WHERE {_LIVE} AND k.environment = 'production' AND NOT m.simulated)
FROM api_keys k JOIN merchants m USING (merchant_id)"""
#: Its clients may not know yet, or not any more.
_ENDING_KEYS: Final = """
SELECT m.code, k.key_id, k.dialect, k.environment, k.expires_at, k.expires_at <= now()
FROM api_keys k JOIN merchants m USING (merchant_id)
WHERE k.revoked_at IS NULL AND k.expires_at BETWEEN now() - %s * interval '1 day' AND now() + %s * interval '1 day'
ORDER BY k.expires_at LIMIT %s"""
_LOCKED_OUT: Final = f"""
SELECT m.code FROM merchants m JOIN api_keys k USING (merchant_id)
WHERE NOT m.simulated AND k.environment = 'production'
GROUP BY m.merchant_id, m.code HAVING NOT bool_or({_LIVE}) ORDER BY m.merchant_id LIMIT %s"""
_REAL_MERCHANTS: Final = "SELECT count(*) FROM merchants WHERE NOT simulated"
#: Of contracts the closed ones, too: what was started by them is followed to its end.
_SEALED: Final = """
(SELECT m.code, 'endpoint', e.endpoint_id, ARRAY[e.secret_sealed, e.key_sealed, e.ids_sealed]
 FROM webhook_endpoints e JOIN merchants m USING (merchant_id)
 WHERE e.status <> 'removed' ORDER BY e.merchant_id, e.endpoint_id LIMIT %(limit)s)
UNION ALL
(SELECT m.code, 'contract', c.contract_id, ARRAY[c.secrets_sealed, convert_to(c.notice_path, 'UTF8')]
 FROM gateway_contracts c JOIN merchants m USING (merchant_id)
 ORDER BY c.merchant_id, c.contract_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT m.code, 'source', s.source_id, ARRAY[s.secret_sealed]
 FROM notice_sources s JOIN merchants m USING (merchant_id)
 WHERE s.closed_at IS NULL AND s.secret_sealed <> '' ORDER BY s.merchant_id, s.source_id LIMIT %(limit)s)"""
_TROUBLED: Final = """
SELECT m.code, e.endpoint_id, e.channel, e.environment, e.url,
       CASE WHEN e.status = 'disabled' THEN 'gone' WHEN e.paused_until > now() THEN 'paused' ELSE 'failing' END,
       e.failures, (SELECT count(*) FROM (SELECT FROM webhook_deliveries d WHERE d.merchant_id = e.merchant_id
                    AND d.endpoint_id = e.endpoint_id AND d.status = 'pending' LIMIT 1000) w),
       coalesce((SELECT a.error FROM (
           (SELECT delivery_id FROM webhook_deliveries d WHERE d.merchant_id = e.merchant_id
            AND d.endpoint_id = e.endpoint_id AND d.status = 'pending' ORDER BY d.next_attempt_at DESC LIMIT 100)
           UNION ALL
           (SELECT delivery_id FROM webhook_deliveries d WHERE d.merchant_id = e.merchant_id
            AND d.endpoint_id = e.endpoint_id AND d.status = 'failed' ORDER BY d.happened_at DESC LIMIT 100)
       ) d JOIN webhook_attempts a ON a.merchant_id = e.merchant_id AND a.delivery_id = d.delivery_id
       ORDER BY a.at DESC LIMIT 1), '')
FROM webhook_endpoints e JOIN merchants m USING (merchant_id)
WHERE (e.status = 'active' AND e.failures > 0) OR (e.status = 'disabled' AND e.reason LIKE '%%410%%')
ORDER BY e.failures DESC, e.endpoint_id LIMIT %s"""


class Server(NamedTuple):
    """``version``: 150003 is 15.3. The last three: what keeps acknowledged rows over a power cut."""

    version: int
    read_only: bool
    recovering: bool
    fsync: bool
    full_page_writes: bool
    synchronous_commit: str


class KeyCounts(NamedTuple):
    """Keys of all merchants; ``real``: live production keys of merchants that are not simulated."""

    live: int
    revoked: int
    expired: int
    real: int


class EndingKey(NamedTuple):
    """A key that expired lately (``over``), or will soon."""

    merchant: str
    key_id: int
    dialect: str
    environment: str
    expires_at: datetime
    over: bool


class SealedSecrets(NamedTuple):
    """``kind``: whose they are, a webhook ``endpoint``'s, a gateway ``contract``'s or a ``source``'s of money notices,
    with its ``id``. ``secrets``: one that there is not is empty."""

    merchant: str
    kind: str
    id: int
    secrets: list[bytes]


class TroubledEndpoint(NamedTuple):
    """``state``: failing, paused, gone (it asked not to be called again). ``waiting``: messages, 1,000 at most.
    ``last_error``: why the last of its latest attempts had no answer; empty when it had one."""

    merchant: str
    endpoint_id: int
    channel: str
    environment: str
    url: str
    state: str
    failures: int
    waiting: int
    last_error: str


def libpq_version() -> int:
    """Of the client library, such as 180001."""
    return pq.version()


async def server(connection: AsyncConnection) -> Server:
    cursor = await connection.execute(_SERVER)
    row = await cursor.fetchone()
    assert row is not None
    return Server(*row)


async def try_commit(connection: AsyncConnection) -> None:
    """Write a commit to the disk, and nothing else. DatabaseError when the server cannot."""
    async with connection.transaction():
        await connection.execute("SELECT pg_current_xact_id()")


async def time_limits(connection: AsyncConnection, names: Sequence[str]) -> dict[str, float]:
    """These limits as they hold for this session, in seconds; one the server does not know is missing."""
    cursor = await connection.execute(_TIME_LIMITS, (list(names),))
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def applied_migrations(connection: AsyncConnection) -> set[str]:
    """The names of the migrations this database has, also those that this version does not know; none for a database
    that was never migrated."""
    cursor = await connection.execute(_TABLE_IS_THERE, ("_yoyo_migration",))
    row = await cursor.fetchone()
    if row is None or not row[0]:
        return set()
    cursor = await connection.execute("SELECT migration_id FROM _yoyo_migration")
    return {row[0] for row in await cursor.fetchall()}


async def restore_cut_off(connection: AsyncConnection) -> bool:
    """Whether a restore into this database began and did not end."""
    cursor = await connection.execute(_TABLE_IS_THERE, (RESTORING,))
    row = await cursor.fetchone()
    return row is not None and row[0]


async def data_directory(connection: AsyncConnection) -> str:
    """Where the server keeps its files. DatabaseError for a role that may not know."""
    cursor = await connection.execute("SELECT current_setting('data_directory')")
    row = await cursor.fetchone()
    return "" if row is None else row[0]


async def key_counts(connection: AsyncConnection) -> KeyCounts:
    cursor = await connection.execute(_KEYS)
    row = await cursor.fetchone()
    assert row is not None
    return KeyCounts(*row)


async def ending_keys(connection: AsyncConnection, days: int) -> list[EndingKey]:
    """Keys that expired within so many days, or will."""
    cursor = await connection.execute(_ENDING_KEYS, (days, days, SHOWN))
    return [EndingKey(*row) for row in await cursor.fetchall()]


async def locked_out_merchants(connection: AsyncConnection) -> list[str]:
    """Codes of merchants, not simulated, that have production keys of which none works any more."""
    cursor = await connection.execute(_LOCKED_OUT, (SHOWN,))
    return [row[0] for row in await cursor.fetchall()]


async def real_merchants(connection: AsyncConnection) -> int:
    """How many merchants are not simulated."""
    cursor = await connection.execute(_REAL_MERCHANTS)
    row = await cursor.fetchone()
    return 0 if row is None else row[0]


async def sealed_secrets(connection: AsyncConnection) -> list[SealedSecrets]:
    """All that there are, of each kind a thousand at most."""
    cursor = await connection.execute(_SEALED, {"limit": _SEALED_AT_MOST})
    return [SealedSecrets(*row) for row in await cursor.fetchall()]


async def troubled_endpoints(connection: AsyncConnection) -> list[TroubledEndpoint]:
    """Endpoints that do not answer, or asked not to be called any more; the worst first."""
    cursor = await connection.execute(_TROUBLED, (SHOWN,))
    return [TroubledEndpoint(*row) for row in await cursor.fetchall()]
