"""The statements behind the directory, and those that change who exists."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from gerai.store.conditions import query
from gerai.store.lookup_table import Grouped, grouped
from gerai.store.test_clock import FROZEN_AT, IN_REACH, OFFSET_S

_CHANNEL: Final = "gerai_directory"
LISTEN: Final = f"LISTEN {_CHANNEL}"
#: Who owns a key. A merchant has few of them and may have millions of other members: each is looked up by its key
#: (OFFSET 0 keeps the planner from reading all members for that).
_OWNERS: Final = "(SELECT DISTINCT merchant_id, member_id FROM api_keys WHERE merchant_id = ANY(%s))"
#: A row that was edited by hand may hold anything.
_OBJECT: Final = "CASE jsonb_typeof(settings) WHEN 'object' THEN settings ELSE '{}' END"


class MerchantRow(NamedTuple):
    """``settings``: as stored, whatever it is. ``clock_in_reach``: as its test clock is stored; else there is none."""

    merchant_id: int
    code: str
    name: str
    settings: Any
    simulated: bool
    clock_frozen_at: datetime | None
    clock_offset_s: int
    clock_in_reach: bool
    closed_at: datetime | None


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


async def in_turn(connection: AsyncConnection, merchant_id: int) -> None:
    """Wait until nobody else changes this merchant's master data; others wait until this transaction ends."""
    # No row lock: it would hold up orders that refer to the row, and a merchant that is being opened has none.
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('gerai_master_data', %s))", (merchant_id,))


@asynccontextmanager
async def one_moment(connection: AsyncConnection) -> AsyncGenerator[None]:
    """Everything that is read in the block is as it was at one moment; nothing is written. Within a transaction (of the
    engine's rehearsal, which keeps to one moment itself) it is read as that one finds it."""
    if connection.info.transaction_status is TransactionStatus.INTRANS:
        yield
        return
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # What is read is put in order in between, which takes a busy machine seconds where somebody sells much.
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
        yield


async def changed(connection: AsyncConnection, merchant_id: int) -> None:
    """Notify every process to read this merchant again, once this transaction commits."""
    # The server sends it with the commit: nobody reads the merchant too early, and a rollback sends nothing.
    await connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, str(merchant_id)))


async def beat(connection: AsyncConnection, number: int) -> datetime:
    """Notify every process that this one lives; returns the time there. ``number`` is positive and names nobody: it
    travels as a negative one, which no merchant has."""
    # Nothing is lost with a beat, so its commit does not wait for the disk.
    text = "SELECT now(), set_config('synchronous_commit', 'off', true), pg_notify(%s, %s)"
    [row] = await (await connection.execute(text, (_CHANNEL, str(-number)))).fetchall()
    return row[0]


async def notified(listening: AsyncConnection, timeout_s: float) -> set[int]:
    """What was notified, as soon as there is anything: merchants that changed, and beats as negative numbers. Nothing
    when the time is over."""
    # Whatever arrived while nobody asked comes at once.
    return {int(notice.payload) async for notice in listening.notifies(timeout=timeout_s, stop_after=1)}


async def merchant_ids(connection: AsyncConnection) -> list[int]:
    cursor = await connection.execute("SELECT merchant_id FROM merchants ORDER BY merchant_id")
    return [row[0] for row in await cursor.fetchall()]


async def merchants(connection: AsyncConnection, merchant_ids: Sequence[int]) -> list[MerchantRow]:
    """Those of the merchants that exist."""
    cursor = await connection.execute(
        query(
            f"SELECT merchant_id, code, name, settings, simulated, {FROZEN_AT}, {OFFSET_S}, {IN_REACH}, "
            "closed_at FROM merchants WHERE merchant_id = ANY(%s)"
        ),
        (list(merchant_ids),),
    )
    return [MerchantRow(*row) for row in await cursor.fetchall()]


async def system_accounts(connection: AsyncConnection, merchant_ids: Sequence[int]) -> Grouped:
    """By merchant: (environment, kind, account_id)."""
    cursor = await connection.execute(
        "SELECT merchant_id, environment, kind, account_id FROM accounts "
        "WHERE merchant_id = ANY(%s) AND kind <> 'wallet'",
        (list(merchant_ids),),
    )
    return grouped(await cursor.fetchall())


async def wallets_of_members(connection: AsyncConnection, merchant_ids: Sequence[int]) -> Grouped:
    """By merchant: (environment, member_id, account_id) of the wallets of members that own a key."""
    cursor = await connection.execute(
        f"SELECT k.merchant_id, a.environment, k.member_id, a.account_id FROM {_OWNERS} k CROSS JOIN LATERAL "
        "(SELECT environment, account_id FROM accounts WHERE merchant_id = k.merchant_id AND member_id = k.member_id "
        "AND environment IN ('sandbox', 'production') AND kind = 'wallet' OFFSET 0) a",
        (list(merchant_ids),),
    )
    return grouped(await cursor.fetchall())


async def members_with_keys(connection: AsyncConnection, merchant_ids: Sequence[int]) -> Grouped:
    """By merchant: (member_id, name, email, mobile, public_id, status, discount_bp, details), of those with a key."""
    cursor = await connection.execute(
        "SELECT m.merchant_id, m.member_id, m.name, m.email, m.mobile, m.public_id, m.status, m.discount_bp, "
        f"m.details FROM {_OWNERS} k CROSS JOIN LATERAL "
        "(SELECT * FROM members WHERE merchant_id = k.merchant_id AND member_id = k.member_id OFFSET 0) m",
        (list(merchant_ids),),
    )
    return grouped(await cursor.fetchall())


async def links_of_members(connection: AsyncConnection, merchant_ids: Sequence[int]) -> Grouped:
    """By merchant: (member_id, kind, external_id), in that order."""
    cursor = await connection.execute(
        "SELECT merchant_id, member_id, kind, external_id FROM member_links WHERE merchant_id = ANY(%s) "
        "ORDER BY 1, 2, 3, 4",
        (list(merchant_ids),),
    )
    return grouped(await cursor.fetchall())


async def keys(connection: AsyncConnection, merchant_ids: Sequence[int]) -> dict[int, list[KeyRow]]:
    """By merchant, revoked ones too; a merchant without keys is not in it."""
    cursor = await connection.execute(
        "SELECT merchant_id, key_id, environment, dialect, name, prefix, token_sha256, member_id, permissions, limits, "
        "created_at, expires_at, revoked_at FROM api_keys WHERE merchant_id = ANY(%s) ORDER BY 1, 2",
        (list(merchant_ids),),
    )
    return {i: [KeyRow(*row) for row in found] for i, found in grouped(await cursor.fetchall()).items()}


async def add_merchant(
    connection: AsyncConnection, merchant_id: int, code: str, name: str, settings: dict[str, Any], simulated: bool
) -> bool:
    """Store a merchant; False when another one has the code, also one that another process is just adding."""
    cursor = await connection.execute(
        "INSERT INTO merchants (merchant_id, code, name, settings, simulated) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT (code) DO NOTHING",
        (merchant_id, code, name, Jsonb(settings), simulated),
    )
    return cursor.rowcount == 1


async def rename(connection: AsyncConnection, merchant_id: int, name: str) -> None:
    await connection.execute("UPDATE merchants SET name = %s WHERE merchant_id = %s", (name, merchant_id))


async def change_settings(connection: AsyncConnection, merchant_id: int, settings: dict[str, Any]) -> None:
    """Merge these settings into the merchant's."""
    await connection.execute(
        f"UPDATE merchants SET settings = {_OBJECT} || %s WHERE merchant_id = %s", (Jsonb(settings), merchant_id)
    )


async def reset_setting(connection: AsyncConnection, merchant_id: int, name: str) -> bool:
    """Take one setting out of the merchant's; False when it has none of this name."""
    cursor = await connection.execute(
        f"UPDATE merchants SET settings = {_OBJECT} - %s::text WHERE merchant_id = %s AND ({_OBJECT}) ? %s::text",
        (name, merchant_id, name),
    )
    return cursor.rowcount == 1


async def add_accounts(
    connection: AsyncConnection, merchant_id: int, new: Sequence[tuple[int, str, str]], member_id: int | None = None
) -> None:
    """Insert accounts (account_id, environment, kind): a member's, or the merchant's own. One statement."""
    account_ids, environments, kinds = zip(*new, strict=True)
    await connection.execute(
        "INSERT INTO accounts (merchant_id, account_id, environment, kind, member_id, updated_at) "
        "SELECT %s, account_id, environment, kind, %s, now() "
        "FROM unnest(%s::int8[], %s::text[], %s::text[]) AS new (account_id, environment, kind)",
        (merchant_id, member_id, list(account_ids), list(environments), list(kinds)),
    )


async def owner_of_keys(connection: AsyncConnection, member_id: int) -> list[tuple[int, str, str, list[str]]]:
    """Of the members with this id, of whichever merchant: merchant, channel, environment, and the environments in which
    they have a wallet."""
    cursor = await connection.execute(
        "SELECT m.merchant_id, m.channel, m.environment, "
        "array(SELECT a.environment FROM accounts a WHERE a.merchant_id = m.merchant_id AND a.member_id = m.member_id) "
        "FROM members m WHERE m.member_id = %s",
        (member_id,),
    )
    return [(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()]


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


async def expire_key(connection: AsyncConnection, merchant_id: int, key_id: int, at: datetime) -> None:
    """The key works until then, or until it would have ended anyway."""
    await connection.execute(
        "UPDATE api_keys SET expires_at = least(expires_at, %s) WHERE merchant_id = %s AND key_id = %s",
        (at, merchant_id, key_id),
    )
