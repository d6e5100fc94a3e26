"""The statements behind the directory, and those that change who exists."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

_CHANNEL: Final = "gerai_directory"
LISTEN: Final = f"LISTEN {_CHANNEL}"
#: A row that was edited by hand may hold anything.
_OBJECT: Final = "CASE jsonb_typeof(settings) WHEN 'object' THEN settings ELSE '{}' END"


class MerchantRow(NamedTuple):
    """``settings`` as they are stored, whatever that is."""

    merchant_id: int
    code: str
    name: str
    settings: Any
    simulated: bool
    clock_frozen_at: datetime | None
    clock_offset_s: int


class KeyRow(NamedTuple):
    key_id: int
    environment: str
    dialect: str
    name: str
    prefix: str
    token_sha256: bytes
    member_id: int | None
    permissions: list[str]
    limits: dict[str, int] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


async def changed(connection: AsyncConnection, merchant_id: int) -> None:
    """Tell every process to read this merchant again, once this transaction commits."""
    await connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, str(merchant_id)))


async def merchant_ids(connection: AsyncConnection) -> list[int]:
    cursor = await connection.execute("SELECT merchant_id FROM merchants ORDER BY merchant_id")
    return [row[0] for row in await cursor.fetchall()]


async def merchant(connection: AsyncConnection, merchant_id: int) -> MerchantRow | None:
    cursor = await connection.execute(
        "SELECT merchant_id, code, name, settings, simulated, sandbox_clock_frozen_at, sandbox_clock_offset_s "
        "FROM merchants WHERE merchant_id = %s",
        (merchant_id,),
    )
    row = await cursor.fetchone()
    return None if row is None else MerchantRow(*row)


async def system_accounts(connection: AsyncConnection, merchant_id: int) -> dict[tuple[str, str], int]:
    cursor = await connection.execute(
        "SELECT environment, kind, account_id FROM accounts WHERE merchant_id = %s AND kind <> 'wallet'", (merchant_id,)
    )
    return {(environment, kind): account_id for environment, kind, account_id in await cursor.fetchall()}


async def wallets_of_members(connection: AsyncConnection, merchant_id: int) -> dict[tuple[str, int], int]:
    """Wallets of members that own a key."""
    cursor = await connection.execute(
        "SELECT DISTINCT a.environment, a.member_id, a.account_id FROM api_keys k "
        "JOIN accounts a ON a.merchant_id = k.merchant_id AND a.member_id = k.member_id AND a.kind = 'wallet' "
        "WHERE k.merchant_id = %s",
        (merchant_id,),
    )
    return {(environment, member_id): account_id for environment, member_id, account_id in await cursor.fetchall()}


async def members_with_keys(connection: AsyncConnection, merchant_id: int) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(
        "SELECT m.member_id, m.name, m.email, m.mobile, m.public_id, m.status, m.discount_bp, m.details "
        "FROM members m WHERE m.merchant_id = %s AND m.member_id IN "
        "(SELECT k.member_id FROM api_keys k WHERE k.merchant_id = %s)",
        (merchant_id, merchant_id),
    )
    rows = await cursor.fetchall()
    cursor = await connection.execute(
        "SELECT member_id, kind, external_id FROM member_links WHERE merchant_id = %s ORDER BY 1, 2, 3", (merchant_id,)
    )
    links: dict[int, dict[str, tuple[str, ...]]] = {}
    for member_id, kind, external_id in await cursor.fetchall():
        of_member = links.setdefault(member_id, {})
        of_member[kind] = (*of_member.get(kind, ()), external_id)
    return [(*row, links.get(row[0], {})) for row in rows]


async def keys(connection: AsyncConnection, merchant_id: int) -> list[KeyRow]:
    cursor = await connection.execute(
        "SELECT key_id, environment, dialect, name, prefix, token_sha256, member_id, permissions, limits, created_at, "
        "expires_at, revoked_at, last_used_at FROM api_keys WHERE merchant_id = %s ORDER BY key_id",
        (merchant_id,),
    )
    return [KeyRow(*row) for row in await cursor.fetchall()]


async def add_merchant(
    connection: AsyncConnection, merchant_id: int, code: str, name: str, settings: dict[str, Any], simulated: bool
) -> None:
    await connection.execute(
        "INSERT INTO merchants (merchant_id, code, name, settings, simulated) VALUES (%s, %s, %s, %s, %s)",
        (merchant_id, code, name, Jsonb(settings), simulated),
    )


async def set_clock(connection: AsyncConnection, merchant_id: int, frozen_at: datetime | None, offset_s: int) -> None:
    await connection.execute(
        "UPDATE merchants SET sandbox_clock_frozen_at = %s, sandbox_clock_offset_s = %s WHERE merchant_id = %s",
        (frozen_at, offset_s, merchant_id),
    )


async def change_settings(connection: AsyncConnection, merchant_id: int, settings: dict[str, Any]) -> None:
    """Merge these settings into the merchant's."""
    await connection.execute(
        f"UPDATE merchants SET settings = {_OBJECT} || %s WHERE merchant_id = %s", (Jsonb(settings), merchant_id)
    )


async def reset_setting(connection: AsyncConnection, merchant_id: int, name: str) -> None:
    """Take one setting out of the merchant's."""
    await connection.execute(
        f"UPDATE merchants SET settings = {_OBJECT} - %s::text WHERE merchant_id = %s", (name, merchant_id)
    )


async def add_account(
    connection: AsyncConnection, merchant_id: int, account_id: int, environment: str, kind: str, member_id: int | None
) -> None:
    await connection.execute(
        "INSERT INTO accounts (merchant_id, account_id, environment, kind, member_id, updated_at) "
        "VALUES (%s, %s, %s, %s, %s, now())",
        (merchant_id, account_id, environment, kind, member_id),
    )


async def add_link(connection: AsyncConnection, merchant_id: int, member_id: int, kind: str, external_id: str) -> None:
    await connection.execute(
        "INSERT INTO member_links (merchant_id, kind, external_id, member_id) VALUES (%s, %s, %s, %s)",
        (merchant_id, kind, external_id, member_id),
    )


async def add_key(connection: AsyncConnection, merchant_id: int, key: KeyRow) -> None:
    await connection.execute(
        "INSERT INTO api_keys (merchant_id, key_id, environment, dialect, name, prefix, token_sha256, member_id, "
        "permissions, limits, created_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            merchant_id, key.key_id, key.environment, key.dialect, key.name, key.prefix, key.token_sha256,
            key.member_id, key.permissions, None if key.limits is None else Jsonb(key.limits), key.created_at,
            key.expires_at,
        ),
    )  # fmt: skip


async def revoke_key(connection: AsyncConnection, merchant_id: int, key_id: int, at: datetime) -> bool:
    """False when there is no such key, or it is revoked already."""
    cursor = await connection.execute(
        "UPDATE api_keys SET revoked_at = %s WHERE merchant_id = %s AND key_id = %s AND revoked_at IS NULL",
        (at, merchant_id, key_id),
    )
    return cursor.rowcount == 1


async def touch_keys(connection: AsyncConnection, used: dict[tuple[int, int], datetime]) -> None:
    """Note when keys were last used (by (merchant_id, key_id))."""
    await connection.execute(
        "UPDATE api_keys k SET last_used_at = n.at FROM unnest(%s::int8[], %s::int8[], %s::timestamptz[]) "
        "AS n(merchant_id, key_id, at) WHERE k.merchant_id = n.merchant_id AND k.key_id = n.key_id",
        ([m for m, _ in used], [k for _, k in used], list(used.values())),
    )
