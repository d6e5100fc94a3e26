"""Who did what: entries are written and read, never changed; and the idempotency keys of acts on master data."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gerai.domain.records import AuditEntry
from gerai.store.conditions import query
from gerai.store.idempotency import KeyLike, stored

stored_key = stored
_COLUMNS: Final = AuditEntry.__struct_fields__
_INSERT: Final = f"INSERT INTO audit ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
_LISTED: Final = f"""
SELECT audit_id, {", ".join(_COLUMNS)} FROM audit
WHERE merchant_id = %(merchant)s AND audit_id < %(before)s {{which}} ORDER BY audit_id DESC LIMIT %(limit)s"""
NEWEST: Final = _LISTED.format(which="")
OF_TARGET: Final = _LISTED.format(which="AND target = %(target)s")


class StoredEntry(NamedTuple):
    """An entry with its number."""

    audit_id: int
    entry: AuditEntry


async def write(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Add an entry."""
    values: list[Any] = [Jsonb(v) if isinstance(v, dict) else v for v in (getattr(entry, name) for name in _COLUMNS)]
    await connection.execute(_INSERT.encode(), values)


async def entries(
    connection: AsyncConnection, merchant_id: int, before_id: int, limit: int, target: str = ""
) -> list[StoredEntry]:
    """At most so many with smaller numbers, newest first; of this target alone where one is named."""
    text = OF_TARGET if target else NEWEST
    names = {"merchant": merchant_id, "before": before_id, "limit": limit, "target": target}
    cursor = await connection.execute(query(text), names)
    return [StoredEntry(number, AuditEntry(*values)) for number, *values in await cursor.fetchall()]


async def take_key(connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike, at: datetime) -> bool:
    """Store a key that has made nothing yet; False when it is there. One that another transaction has just taken is
    waited for."""
    cursor = await connection.execute(
        "INSERT INTO idempotency_keys "
        "(merchant_id, environment, owner, operation, key, fingerprint, answer, created_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (merchant_id, environment, key.owner, key.operation, key.key, key.fingerprint, b"{}", at),
    )
    return cursor.rowcount == 1


async def keep_made(
    connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike, answer: bytes
) -> None:
    """What was made under the key that this transaction took."""
    await connection.execute(
        "UPDATE idempotency_keys SET answer = %s WHERE merchant_id = %s AND environment = %s AND owner = %s "
        "AND operation = %s AND key = %s",
        (answer, merchant_id, environment, key.owner, key.operation, key.key),
    )
