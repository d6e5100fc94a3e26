"""Check that the books and everything around them agree (docs/reference/invariants.md).

``python -m gerai.engine.check`` prints that page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from time import monotonic_ns
from typing import Any, Final

import msgspec

from gerai.engine.broken_books import broken_of
from gerai.engine.core import Engine
from gerai.store import book_checks, broken_books
from gerai.store import check as sql
from gerai.store.connection import Connection, DatabaseError, open_connection

INVARIANTS: Final = sql.INVARIANTS
ROWS_AT_MOST: Final = sql.ROWS_AT_MOST


class Violation(msgspec.Struct, frozen=True):
    """An invariant that does not hold. ``rows``: the first rows concerned, column by column (twenty at most)."""

    invariant: str
    description: str
    rows: tuple[dict[str, Any], ...]


class Finding(msgspec.Struct, frozen=True):
    """One look at one invariant. ``violation`` is None when it holds, or when nobody knows: then ``fault`` is why the
    database could not look."""

    invariant: str
    took_ms: int
    violation: Violation | None
    fault: str = ""


class Examination(msgspec.Struct, frozen=True):
    """One look at every invariant, in the snapshot of one moment."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def violations(self) -> list[Violation]:
        """What does not hold."""
        return [finding.violation for finding in self.findings if finding.violation is not None]

    @property
    def unchecked(self) -> dict[str, str]:
        """The invariants that could not be checked, each with the reason."""
        return {finding.invariant: finding.fault for finding in self.findings if finding.fault}


async def check(engine: Engine, merchant_id: int | None = None) -> list[Violation]:
    """Every broken invariant, of all merchants or of one; empty when all hold. DatabaseError when one of them could not
    be checked.

    Reads one consistent snapshot and locks nothing, so it may run beside a busy server. Its time grows with the tables.
    """
    async with engine.connection() as connection:
        examination = await examine(connection, merchant_id)
    for invariant, fault in examination.unchecked.items():
        raise DatabaseError(f"{invariant}: {fault}")
    return examination.violations


async def examine_database(dsn: str) -> tuple[Examination, str]:
    """Examine all books behind an address and record it. The second value is why it could not be recorded (a database
    that may only be read, or is not migrated), empty when it was."""
    async with await open_connection(dsn) as connection:
        examination = await examine(connection)
        try:
            await record(connection, examination)
        except DatabaseError as error:
            return examination, str(error).strip()
        return examination, ""


async def examine(
    connection: Connection, merchant_id: int | None = None, only: Collection[str] | None = None
) -> Examination:
    """As :func:`check`, on this connection, with what holds and how long each look took; ``only`` names the invariants
    to look at, else all. One that the database cannot look at leaves the others as they are; DatabaseError only when
    the connection is lost."""
    findings: list[Finding] = []
    async with connection.transaction():
        await connection.execute(sql.ONE_SNAPSHOT)
        # Its time grows with the tables; a limit meant for requests would make large books uncheckable.
        await connection.execute(sql.NO_TIME_LIMIT)
        at = await sql.now(connection)
        for invariant in sql.INVARIANTS:
            if only is not None and invariant.name not in only:
                continue
            began_ns = monotonic_ns()
            rows, fault = list[dict[str, Any]](), ""
            try:
                rows = await sql.broken_rows(connection, invariant, merchant_id)
            except DatabaseError as error:
                if connection.closed:
                    raise
                fault = " ".join(str(error).split()) or type(error).__name__
            took_ms = (monotonic_ns() - began_ns) // 1_000_000
            violation = Violation(invariant.name, invariant.description, tuple(rows)) if rows else None
            findings.append(Finding(invariant.name, took_ms, violation, fault))
    return Examination(at, tuple(findings))


async def record(connection: Connection, examination: Examination) -> None:
    """Keep an examination of all merchants as the last one, unless a later one is kept already. Of an invariant that
    could not be checked, the last good look stays, with its time: it is behind the others from then on."""
    found = [
        (finding.invariant, len(finding.violation.rows) if finding.violation else 0, finding.took_ms)
        for finding in examination.findings
        if not finding.fault
    ]
    await book_checks.record(connection, examination.at, found, list(examination.unchecked))
    await keep_broken(connection, examination)


async def keep_broken(connection: Connection, examination: Examination, merchant_id: int | None = None) -> None:
    """Keep what does not hold for the shops whose books it is, and let go of what holds again; of all merchants, or of
    the one whose books were examined."""
    checked = [finding.invariant for finding in examination.findings if not finding.fault]
    names = {violation.invariant for violation in examination.violations}
    broken = await broken_of(connection, [one for one in INVARIANTS if one.name in names], merchant_id)
    await broken_books.keep(connection, examination.at, broken, checked, merchant_id)


async def examine_if_due(
    engine: Engine, every_s: float, tell: Callable[[Examination], None] | None = None
) -> Examination | None:
    """Examine all books, call ``tell`` and record it, when the last recorded one is older than ``every_s``; else None.

    One process at a time does it in the whole installation: to the others it is not due. Cancelled, it ends at once.
    """
    async with engine.connection() as connection:
        if not await book_checks.is_due(connection, every_s):
            return None
    # A session of its own: the turn ends with it at the latest, and a long look does not keep a reader waiting.
    async with await open_connection(engine.dsn) as connection:
        if not await book_checks.take_turn(connection):
            return None
        examination = None
        # Asked again: whoever had the turn before may have done it meanwhile.
        if await book_checks.is_due(connection, every_s):
            examination = await examine(connection)
            if tell is not None:
                tell(examination)
            await record(connection, examination)
        await book_checks.end_turn(connection)
        return examination


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
