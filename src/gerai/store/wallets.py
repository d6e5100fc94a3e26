"""Wallets and their transfers, read without a lock."""

from __future__ import annotations

from typing import NamedTuple

from psycopg import AsyncConnection

from gerai.domain.records import Account, Transfer
from gerai.store.conditions import query
from gerai.store.tables import ACCOUNTS, TRANSFERS


async def account(connection: AsyncConnection, merchant_id: int, account_id: int) -> Account | None:
    """The account as it stands."""
    cursor = await connection.execute(
        query(f"SELECT {ACCOUNTS.select_list} FROM accounts t WHERE t.merchant_id = %s AND t.account_id = %s"),
        (merchant_id, account_id),
    )
    row = await cursor.fetchone()
    return None if row is None else ACCOUNTS.read(row)


async def accounts(connection: AsyncConnection, merchant_id: int, account_ids: list[int]) -> list[Account]:
    """Those of the accounts that exist."""
    cursor = await connection.execute(
        query(f"SELECT {ACCOUNTS.select_list} FROM accounts t WHERE t.merchant_id = %s AND t.account_id = ANY(%s)"),
        (merchant_id, account_ids),
    )
    return [ACCOUNTS.read(row) for row in await cursor.fetchall()]


async def of_members(
    connection: AsyncConnection, merchant_id: int, environment: str, limit: int
) -> list[tuple[int, str, str, str, int, int]]:
    """Member, channel, name, the door's identifier, account and available sen of a merchant's wallets, by member."""
    cursor = await connection.execute(
        "SELECT m.member_id, m.channel, m.name, m.public_id, a.account_id, "
        "a.credits_posted - a.debits_posted - a.debits_pending FROM accounts a "
        "JOIN members m ON m.merchant_id = a.merchant_id AND m.member_id = a.member_id "
        "WHERE a.merchant_id = %s AND a.environment = %s AND a.kind = 'wallet' ORDER BY m.member_id LIMIT %s",
        (merchant_id, environment, limit),
    )
    return [tuple(row) for row in await cursor.fetchall()]


async def statement(
    connection: AsyncConnection, merchant_id: int, account_id: int, before_id: int | None, limit: int
) -> list[Transfer]:
    """A wallet's transfers, newest first, in two index scans.

    Newest by id, which is only roughly by time where several processes write: each draws ids from blocks of its own.
    By (created_at, transfer_id) it would be exact but for the clocks of machines, for a larger index under every wallet
    order. No contract shows a statement; the door that does brings that index.
    """
    one = (
        "(SELECT {columns} FROM transfers t WHERE t.merchant_id = %s AND t.{side}_account_id = %s "
        "AND t.{side}_available_after IS NOT NULL AND t.transfer_id < %s ORDER BY t.transfer_id DESC LIMIT %s)"
    )
    debited = one.format(columns=TRANSFERS.select_list, side="debit")
    credited = one.format(columns=TRANSFERS.select_list, side="credit")
    mine = (merchant_id, account_id, before_id or 2**62, limit)
    text = f"{debited} UNION ALL {credited} ORDER BY transfer_id DESC LIMIT %s"
    cursor = await connection.execute(query(text), (*mine, *mine, limit))
    return [TRANSFERS.read(row) for row in await cursor.fetchall()]


async def transfers_of_order(connection: AsyncConnection, merchant_id: int, order_id: int) -> list[Transfer]:
    """Every transfer an order caused, oldest first."""
    cursor = await connection.execute(
        query(
            f"SELECT {TRANSFERS.select_list} FROM transfers t WHERE t.merchant_id = %s AND t.order_id = %s "
            "ORDER BY t.created_at, t.transfer_id"
        ),
        (merchant_id, order_id),
    )
    return [TRANSFERS.read(row) for row in await cursor.fetchall()]


class WalletOfMember(NamedTuple):
    """A wallet in a list, with whose it is."""

    member_id: int
    channel: str
    public_id: str
    name: str
    available_sen: int
    held_sen: int


async def page(
    connection: AsyncConnection, merchant_id: int, environment: str, after_id: int, limit: int
) -> list[WalletOfMember]:
    """At most so many wallets of members with greater ids, by member."""
    cursor = await connection.execute(
        "SELECT a.member_id, m.channel, m.public_id, m.name, "
        "a.credits_posted - a.debits_posted - a.debits_pending, a.debits_pending FROM accounts a "
        "JOIN members m ON m.merchant_id = a.merchant_id AND m.member_id = a.member_id "
        "WHERE a.merchant_id = %s AND a.environment = %s AND a.kind = 'wallet' AND a.member_id > %s "
        "ORDER BY a.member_id LIMIT %s",
        (merchant_id, environment, after_id, limit),
    )
    return [WalletOfMember(*row) for row in await cursor.fetchall()]


async def of_member(connection: AsyncConnection, merchant_id: int, environment: str, member_id: int) -> Account | None:
    """The member's wallet as it stands."""
    cursor = await connection.execute(
        query(
            f"SELECT {ACCOUNTS.select_list} FROM accounts t WHERE t.merchant_id = %s AND t.environment = %s "
            "AND t.member_id = %s AND t.kind = 'wallet'"
        ),
        (merchant_id, environment, member_id),
    )
    row = await cursor.fetchone()
    return None if row is None else ACCOUNTS.read(row)


async def of_each_member(
    connection: AsyncConnection, merchant_id: int, environment: str, member_ids: list[int]
) -> dict[int, Account]:
    """The wallets of these members as they stand, by member; those without one are missing."""
    cursor = await connection.execute(
        query(
            f"SELECT {ACCOUNTS.select_list} FROM accounts t WHERE t.merchant_id = %s AND t.environment = %s "
            "AND t.member_id = ANY(%s) AND t.kind = 'wallet'"
        ),
        (merchant_id, environment, member_ids),
    )
    found = [ACCOUNTS.read(row) for row in await cursor.fetchall()]
    return {one.member_id: one for one in found if one.member_id is not None}


async def numbers_of_orders(connection: AsyncConnection, merchant_id: int, order_ids: list[int]) -> dict[int, str]:
    """What people call these orders, by id."""
    cursor = await connection.execute(
        "SELECT order_id, number FROM orders WHERE merchant_id = %s AND order_id = ANY(%s)", (merchant_id, order_ids)
    )
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def amounts_held(connection: AsyncConnection, merchant_id: int, pending_ids: list[int]) -> dict[int, int]:
    """What these holds held, by transfer."""
    cursor = await connection.execute(
        "SELECT transfer_id, amount_sen FROM transfers WHERE merchant_id = %s AND transfer_id = ANY(%s)",
        (merchant_id, pending_ids),
    )
    return {row[0]: row[1] for row in await cursor.fetchall()}
