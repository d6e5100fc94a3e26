"""Find payments, with their orders' ownership as part of every question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from gerai.domain.records import Payment
from gerai.store import reads as sql

Reads = AsyncConnectionPool[Any]
_NAMED_AT_MOST: Final = 50


@dataclass(frozen=True)
class PaymentFilter:
    """What a list asks for; None: anything."""

    merchant_id: int
    environment: str
    channel: str
    created_from: datetime | None = None
    created_until: datetime | None = None
    skip: int = 0


async def by_public_id(
    reads: Reads, merchant_id: int, environment: str, channel: str, public_id: str
) -> Payment | None:
    """The payment with the door's identifier."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND o.channel = %s AND t.public_id = %s"
    return await _one(reads, where, [merchant_id, environment, channel, public_id])


async def by_code(reads: Reads, merchant_id: int, environment: str, channel: str, code: str) -> Payment | None:
    """The newest payment whose instructions show this code (a VA number)."""
    where = (
        "WHERE t.merchant_id = %s AND t.environment = %s AND o.channel = %s AND t.instructions ->> 'code' = %s "
        "AND t.instructions ->> 'code' <> ''"
    )
    return await _one(reads, where, [merchant_id, environment, channel, code])


async def named(reads: Reads, merchant_id: int, name: str) -> list[Payment]:
    """What a person may mean by ``name``, in both environments: the payment with this identifier, else the payments of
    the orders with this number or identifier."""
    of_merchant, params = "WHERE t.merchant_id = %s AND ", [merchant_id, name]
    async with reads.connection() as connection:
        own = await sql.payments(connection, of_merchant + "t.public_id = %s", params, "t.payment_id", _NAMED_AT_MOST)
        if own:
            return own
        of_order = of_merchant + "(o.number = %s OR o.public_id = %s)"
        return await sql.payments(connection, of_order, [*params, name], "t.payment_id", _NAMED_AT_MOST)


async def listing(reads: Reads, wanted: PaymentFilter, limit: int) -> list[Payment]:
    """A page of payments, newest first."""
    where, params = conditions(wanted)
    async with reads.connection() as connection:
        return await sql.payments(connection, where, params, "t.payment_id DESC", limit, wanted.skip)


async def count(reads: Reads, wanted: PaymentFilter, at_most: int = 10_000) -> int:
    """How many payments match, counted no further than ``at_most``."""
    where, params = conditions(wanted)
    async with reads.connection() as connection:
        return await sql.count_payments(connection, where, params, at_most)


def conditions(wanted: PaymentFilter) -> tuple[str, list[Any]]:
    """The filter as a WHERE clause over ``payments t`` and ``orders o``, and its parameters."""
    where = "WHERE t.merchant_id = %s AND t.environment = %s AND o.channel = %s"
    params: list[Any] = [wanted.merchant_id, wanted.environment, wanted.channel]
    if wanted.created_from is not None:
        where += " AND t.created_at >= %s"
        params.append(wanted.created_from)
    if wanted.created_until is not None:
        where += " AND t.created_at < %s"
        params.append(wanted.created_until)
    return where, params


async def _one(reads: Reads, where: str, params: list[Any]) -> Payment | None:
    async with reads.connection() as connection:
        found = await sql.payments(connection, where, params, "t.payment_id DESC", 1)
    return found[0] if found else None
