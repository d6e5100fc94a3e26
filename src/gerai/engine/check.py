"""Check that the books and everything around them agree (docs/reference/invariants.md).

``python -m gerai.engine.check`` prints that page.
"""

from __future__ import annotations

from typing import Any, Final

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


_HEADING: Final = """# Invariants

Printed from `src/gerai/store/check.py` (`python -m gerai.engine.check`); a test holds the two equal.

What is true of the data at any moment, whatever was refused, retried or killed in between. `gerai check` looks at all
of it in one consistent snapshot, beside a running server, and names the rows concerned when something does not hold.
Most of it the database would not let happen either: the constraints are in `src/gerai/store/schema.sql`.

| Invariant | What holds |
|---|---|
"""


def invariants_page() -> str:
    """The text of ``docs/reference/invariants.md``."""
    return _HEADING + "".join(f"| `{i.name}` | {i.description}. |\n" for i in sql.INVARIANTS)


if __name__ == "__main__":
    print(invariants_page(), end="")
