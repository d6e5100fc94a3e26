"""What an idempotency key stands for, read without a lock; keys of acts that are no commands, taken and kept in their
transaction; and a key that stands for nothing any more."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from psycopg import AsyncConnection


class KeyLike(Protocol):
    """Structurally an Idempotency; the store does not import the engine."""

    @property
    def owner(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def fingerprint(self) -> bytes: ...


async def stored(
    connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike
) -> tuple[bytes, bytes] | None:
    """Fingerprint and stored answer."""
    cursor = await connection.execute(
        "SELECT fingerprint, answer FROM idempotency_keys WHERE merchant_id = %s AND environment = %s AND owner = %s "
        "AND operation = %s AND key = %s",
        (merchant_id, environment, key.owner, key.operation, key.key),
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1])


async def forget(connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike, answer: bytes) -> None:
    """Delete the key, if it still stands for this stored answer."""
    await connection.execute(
        "DELETE FROM idempotency_keys WHERE merchant_id = %s AND environment = %s AND owner = %s "
        "AND operation = %s AND key = %s AND answer = %s",
        (merchant_id, environment, key.owner, key.operation, key.key, answer),
    )


async def take(connection: AsyncConnection, merchant_id: int, environment: str, key: KeyLike, at: datetime) -> bool:
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
