"""One thing that does not hold in the shop's books, and the rows that are not so."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.book_faults import BookFaultRow, fields_of_fault
from gerai.kit.bilingual import Bilingual
from gerai.store import broken_books as sql


class WholeBookFault(BookFaultRow, frozen=True, kw_only=True):
    """A fault. ``rows``: the ids of the first of them."""

    rows: Annotated[tuple[dict[str, int], ...], words("Nomor barisnya", "Which rows")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await sql.of_shop(connection, within.merchant_id, within.environment)
    return ViewPage(
        [WholeBookFault(**fields_of_fault(one), rows=tuple(one.rows)) for one in found if one.broken_id == wanted.id]
    )


VIEW = View(
    "book_faults.show", "books:read", Bilingual("Yang tidak cocok", "A fault of the books"), ById, WholeBookFault, run
)
