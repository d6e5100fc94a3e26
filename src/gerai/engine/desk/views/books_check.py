"""What must be true of the shop's books, looked at now: as `gerai check` does, of this merchant alone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.engine.check import INVARIANTS, examine
from gerai.engine.desk.books import alone
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.report_liabilities import NoFilter
from gerai.kit.bilingual import Bilingual


class InvariantRow(msgspec.Struct, frozen=True):
    """One thing that must be true, of both environments. ``holds``: None where the database could not look (``fault``
    says why). ``rows``: the first that are not so, twenty at most."""

    invariant: Annotated[str, words("Nama", "Name")]
    holds: Annotated[bool | None, words("Benar", "Holds")]
    description: Annotated[str, words("Yang harus benar", "What must be true")]
    rows: Annotated[tuple[dict[str, Any], ...], words("Yang tidak benar", "What is not")]
    took_ms: Annotated[int, words("Milidetik", "Milliseconds")]
    fault: Annotated[str, words("Tidak dapat diperiksa", "Could not be checked")]


async def run(within: Within, wanted: NoFilter) -> ViewPage:
    """By name, all of them. Takes as long as the books are large. Refuses Busy: somebody else reads all of them just
    now."""
    del wanted
    descriptions = {invariant.name: invariant.description for invariant in INVARIANTS}
    async with alone(within) as connection:
        examination = await examine(connection, within.merchant_id)
    return ViewPage(
        [
            InvariantRow(
                found.invariant,
                None if found.fault else found.violation is None,
                descriptions[found.invariant],
                () if found.violation is None else found.violation.rows,
                found.took_ms,
                found.fault,
            )
            for found in examination.findings
        ]
    )


VIEW = View("books.check", "books:read", Bilingual("Periksa pembukuan", "Check the books"), NoFilter, InvariantRow, run)
