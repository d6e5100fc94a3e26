"""The lists that somebody saved, and those that the shop shares."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.saved import MOST_SEEN
from gerai.kit.bilingual import Bilingual
from gerai.store import saved_views as sql


class SavedViewFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that whoever looks can see."""


class SavedViewRow(msgspec.Struct, frozen=True):
    """``page``: the things that are listed; ``query``: how, as it stands in the list's address."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    page: Annotated[str, words("Daftar", "List")]
    query: Annotated[str, words("Saringan", "Filter")]
    shared: Annotated[bool, words("Untuk seluruh toko", "For the whole shop")]
    mine: Annotated[bool, words("Milik saya", "Mine")]
    seen: Seen


async def run(within: Within, wanted: SavedViewFilter) -> ViewPage:
    """One's own, then the shop's, by name."""
    async with within.engine.connection() as connection:
        found = await sql.seen_by(connection, within.merchant_id, within.by, MOST_SEEN)
    return ViewPage(
        [
            SavedViewRow(one.view_id, one.name, one.page, one.query, one.shared, one.owner == within.by, seen_of(one))
            for one in found
        ]
    )


VIEW = View(
    "saved_views.list", "orders:read", Bilingual("Tampilan tersimpan", "Saved views"), SavedViewFilter, SavedViewRow,
    run,
)  # fmt: skip
