"""What must be known of a database before a server starts on it, and while one runs."""

from __future__ import annotations

from gerai.store.connection import Connection, open_blocking
from gerai.store.faults import Fault
from gerai.store.migrate import migration_names

_STATE = """
SELECT current_setting('transaction_read_only')::bool,
       ARRAY(SELECT migration_id FROM _yoyo_migration)"""


async def lacks(connection: Connection) -> str | None:
    """What keeps a server from working on this database: ``read_only`` or ``migrations``; None for nothing.

    A database that is ahead of this version's migrations lacks none: during an upgrade both versions serve.
    """
    cursor = await connection.execute(_STATE)
    row = await cursor.fetchone()
    read_only, applied = (True, list[str]()) if row is None else (bool(row[0]), list[str](row[1]))
    if read_only:
        return Fault.READ_ONLY.value
    return None if migration_names() <= set(applied) else "migrations"


def merchant_with_real_keys(dsn: str) -> str | None:
    """Code of a merchant that is not simulated and has a production key that works; None when there is none."""
    with open_blocking(dsn) as connection:
        found = connection.execute(
            "SELECT code FROM merchants JOIN api_keys USING (merchant_id) "
            "WHERE NOT simulated AND environment = 'production' AND revoked_at IS NULL "
            "AND (expires_at IS NULL OR expires_at > now()) ORDER BY merchant_id LIMIT 1"
        ).fetchone()
    return None if found is None else found[0]
