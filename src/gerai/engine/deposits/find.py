"""Find deposits, with ownership as part of every question: what belongs to somebody else is simply not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from gerai.domain.records import Deposit
from gerai.store import reads as sql

Reads = AsyncConnectionPool[Any]


@dataclass(frozen=True)
class DepositFilter:
    """What a list asks for; None or empty: anything. ``before_id`` pages by deposit id."""

    merchant_id: int
    environment: str
    channel: str
    member_id: int | None = None
    statuses: tuple[str, ...] = ()
    before_id: int | None = None


async def by_public_id(
    reads: Reads, merchant_id: int, environment: str, channel: str, public_id: str, member_id: int | None = None
) -> Deposit | None:
    """The deposit with the door's code; with ``member_id``, only that member's."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND t.channel = %s AND t.public_id = %s"
    params: list[Any] = [merchant_id, environment, channel, public_id]
    if member_id is not None:
        where += " AND t.member_id = %s"
        params.append(member_id)
    return await _one(reads, where, params)


async def by_id(reads: Reads, merchant_id: int, deposit_id: int) -> Deposit | None:
    """The deposit with the engine's id, in whichever environment and channel."""
    return await _one(reads, "WHERE t.merchant_id = %s AND t.deposit_id = %s", [merchant_id, deposit_id])


async def listing(reads: Reads, wanted: DepositFilter, limit: int) -> list[Deposit]:
    """A page of deposits, newest first."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND t.channel = %s"
    params: list[Any] = [wanted.merchant_id, wanted.environment, wanted.channel]
    asked: list[tuple[bool, str, Any]] = [
        (wanted.member_id is not None, "t.member_id = %s", wanted.member_id),
        (bool(wanted.statuses), "t.status = ANY(%s)", list(wanted.statuses)),
        (wanted.before_id is not None, "t.deposit_id < %s", wanted.before_id),
    ]
    for present, text, value in asked:
        if present:
            where += f" AND {text}"
            params.append(value)
    async with reads.connection() as connection:
        return await sql.deposits(connection, where, params, limit)


async def _one(reads: Reads, where: str, params: list[Any]) -> Deposit | None:
    async with reads.connection() as connection:
        found = await sql.deposits(connection, where, params, 1)
    return found[0] if found else None
