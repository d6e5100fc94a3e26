"""What a create's key stands for, read without a lock; and a key that stands for nothing any more."""

from __future__ import annotations

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
