"""What does not hold in the shop's books, as the last look found it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.engine.desk.book_words import name_of, stated_by
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.report_liabilities import NoFilter
from gerai.kit.bilingual import Bilingual
from gerai.store import broken_books as sql
from gerai.store.broken_books import BrokenBook


class BookFaultRow(msgspec.Struct, frozen=True):
    """One thing that must be true and is not. ``invariant``: its name in the code; ``broken_rows``: how many are not
    so, no further counted than twenty; ``since``: the first look that found it; ``checked_at``: the last one."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[Bilingual, words("Nama", "Name")]
    invariant: Annotated[str, words("Kode", "Code")]
    description: Annotated[Bilingual, words("Yang harus benar", "What must be true")]
    broken_rows: Annotated[int, words("Baris yang tidak benar", "Rows that are not so")]
    since: Annotated[datetime, words("Sejak", "Since")]
    checked_at: Annotated[datetime, words("Diperiksa", "Looked at")]


def fields_of_fault(one: BrokenBook) -> dict[str, Any]:
    """What a row says of it."""
    return {
        "id": one.broken_id, "name": name_of(one.invariant), "invariant": one.invariant,
        "description": stated_by(one.invariant), "broken_rows": one.broken_rows, "since": one.since,
        "checked_at": one.checked_at,
    }  # fmt: skip


async def run(within: Within, wanted: NoFilter) -> ViewPage:
    """Of the desk's environment, what waits longest first. Nothing is read of the books themselves."""
    del wanted
    async with within.engine.connection() as connection:
        found = await sql.of_shop(connection, within.merchant_id, within.environment)
    return ViewPage([BookFaultRow(**fields_of_fault(one)) for one in found])


VIEW = View(
    "book_faults.list", "books:read", Bilingual("Pembukuan tidak cocok", "Faults of the books"), NoFilter,
    BookFaultRow, run,
)  # fmt: skip
