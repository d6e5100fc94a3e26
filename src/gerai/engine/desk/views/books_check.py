"""What must be true of the shop's books, looked at now: as `gerai check` does, of this merchant alone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.engine.check import Violation, examine
from gerai.engine.desk.book_words import name_of, stated_by
from gerai.engine.desk.books import alone
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import PRODUCTION
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.report_liabilities import NoFilter
from gerai.kit.bilingual import Bilingual
from gerai.store import check as check_sql
from gerai.store.connection import Connection


class InvariantRow(msgspec.Struct, frozen=True):
    """One thing that must be true, of both environments. ``invariant``: its name in the code; ``holds``: None where the
    database could not look (``fault`` says why). ``rows``: the first that are not so, twenty at most; at the desk of
    the sandbox those alone that are known to be of it."""

    name: Annotated[Bilingual, words("Nama", "Name")]
    invariant: Annotated[str, words("Kode", "Code")]
    holds: Annotated[bool | None, words("Benar", "Holds")]
    description: Annotated[Bilingual, words("Yang harus benar", "What must be true")]
    rows: Annotated[tuple[dict[str, Any], ...], words("Yang tidak benar", "What is not")]
    took_ms: Annotated[int, words("Milidetik", "Milliseconds")]
    fault: Annotated[str, words("Tidak dapat diperiksa", "Could not be checked")]


async def run(within: Within, wanted: NoFilter) -> ViewPage:
    """By name, all of them. Takes as long as the books are large. Refuses Busy: somebody else reads all of them just
    now."""
    del wanted
    async with alone(within) as connection:
        examination = await examine(connection, within.merchant_id)
        seen = [await _seen_here(connection, within, found.violation) for found in examination.findings]
    return ViewPage(
        [
            InvariantRow(
                name_of(found.invariant),
                found.invariant,
                None if found.fault else found.violation is None,
                stated_by(found.invariant),
                rows,
                found.took_ms,
                found.fault,
            )
            for found, rows in zip(examination.findings, seen, strict=True)
        ]
    )


async def _seen_here(connection: Connection, within: Within, violation: Violation | None) -> tuple[dict[str, Any], ...]:
    rows = () if violation is None else violation.rows
    if within.environment == PRODUCTION:
        return rows
    return tuple([row for row in rows if await check_sql.environment_of(connection, row) == within.environment])


VIEW = View("books.check", "books:read", Bilingual("Periksa pembukuan", "Check the books"), NoFilter, InvariantRow, run)
