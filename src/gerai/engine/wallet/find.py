"""What a wallet has, and how it came to have it."""

from __future__ import annotations

from typing import Any

from psycopg_pool import AsyncConnectionPool

from gerai.domain.records import Account, Transfer
from gerai.domain.refusals import NotFound
from gerai.store import reads as sql

Reads = AsyncConnectionPool[Any]


async def balance(reads: Reads, merchant_id: int, account_id: int | None) -> Account:
    """The wallet as it stands. NotFound when there is none."""
    async with reads.connection() as connection:
        found = None if account_id is None else await sql.account(connection, merchant_id, account_id)
    if found is None:
        raise NotFound("wallet", str(account_id))
    return found


async def statement(
    reads: Reads, merchant_id: int, account_id: int, before_id: int | None, limit: int
) -> list[Transfer]:
    """The wallet's transfers, newest first (by id: see the store's own ``statement``)."""
    async with reads.connection() as connection:
        return await sql.statement(connection, merchant_id, account_id, before_id, limit)


async def of_order(reads: Reads, merchant_id: int, order_id: int) -> list[Transfer]:
    """Every transfer an order caused, oldest first."""
    async with reads.connection() as connection:
        return await sql.transfers_of_order(connection, merchant_id, order_id)
