"""Check that the books and everything around them agree (docs/reference/invariants.md)."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg_pool import AsyncConnectionPool

from gerai.store import check as sql

Reads = AsyncConnectionPool[Any]


class Violation(msgspec.Struct, frozen=True):
    """An invariant that does not hold. ``rows``: the first rows concerned, column by column (twenty at most)."""

    invariant: str
    description: str
    rows: tuple[dict[str, Any], ...]


async def check(reads: Reads, merchant_id: int | None = None) -> list[Violation]:
    """Every broken invariant, of all merchants or of one; empty when all hold.

    Reads one consistent snapshot and locks nothing, so it may run beside a busy server. Its time grows with the tables.
    """
    found: list[Violation] = []
    async with reads.connection() as connection, connection.transaction():
        await connection.execute(sql.ONE_SNAPSHOT)
        await connection.execute(sql.NO_TIME_LIMIT)
        for invariant in sql.INVARIANTS:
            if rows := await sql.broken_rows(connection, invariant, merchant_id):
                found.append(Violation(invariant.name, invariant.description, tuple(rows)))
    return found
