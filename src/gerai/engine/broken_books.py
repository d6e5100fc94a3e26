"""What a look at the books finds broken, as each shop sees it: kept until a later look finds that it holds, and
announced once (``books.broken``)."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from gerai.domain.records import Event
from gerai.engine.command import Command, Context
from gerai.engine.core import Engine
from gerai.engine.state import State
from gerai.store import broken_books as sql
from gerai.store import check as check_sql
from gerai.store.broken_books import BrokenBook
from gerai.store.check import Invariant
from gerai.store.connection import Connection

BOOKS_BROKEN: Final = "books.broken"
#: A row of which nobody knows the environment is shown where real money is.
_ELSE: Final = "production"


class AnnounceBroken(Command[int], frozen=True, kw_only=True):
    """An invariant of the books does not hold in this environment of the shop."""

    invariant: str
    broken_rows: int

    def decide(self, state: State, context: Context) -> int:
        facts = {"invariant": self.invariant, "rows": self.broken_rows}
        state.events.append(Event(self.merchant_id, self.environment, None, BOOKS_BROKEN, facts, context.now))
        return self.broken_rows


async def broken_of(
    connection: Connection, invariants: list[Invariant], merchant_id: int | None = None
) -> list[BrokenBook]:
    """What of these invariants does not hold now, in each shop and environment; of all shops, or of one. Its time grows
    with the tables."""
    found: list[BrokenBook] = []
    async with connection.transaction():
        await connection.execute(check_sql.NO_TIME_LIMIT)
        at = await check_sql.now(connection)
        for invariant in invariants:
            of_place = defaultdict[tuple[int, str], list[dict[str, Any]]](list)
            for row in await check_sql.broken_rows_of_each(connection, invariant, merchant_id):
                environment = await check_sql.environment_of(connection, row) or _ELSE
                of_place[row["merchant_id"], environment].append(ids_in(row))
            found += [
                BrokenBook(
                    shop,
                    environment,
                    invariant.name,
                    broken_id_of(environment, invariant.name),
                    len(rows),
                    rows,
                    at,
                    at,
                )
                for (shop, environment), rows in of_place.items()
            ]
    return found


def broken_id_of(environment: str, invariant: str) -> int:
    """The same for the same invariant at each look: what its row is named by."""
    return zlib.crc32(f"{environment} {invariant}".encode()) + 1


def ids_in(row: Mapping[str, Any]) -> dict[str, int]:
    """What names the row, and nothing a customer could be known by."""
    return {name: value for name, value in row.items() if name.endswith("id") and isinstance(value, int)}


async def announce_broken(engine: Engine) -> int:
    """Write an event of everything broken that no event tells of yet; returns how many. Run by one worker at a time."""
    async with engine.connection() as connection:
        waiting = await sql.unannounced(connection)
    for one in waiting:
        command = AnnounceBroken(
            merchant_id=one.merchant_id, environment=one.environment, invariant=one.invariant,
            broken_rows=one.broken_rows,
        )  # fmt: skip
        await engine.submit(command)
        # A death in between announces it twice, never not at all.
        async with engine.connection() as connection:
            await sql.announced(connection, one)
    return len(waiting)
