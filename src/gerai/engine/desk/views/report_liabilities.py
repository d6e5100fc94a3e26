"""What the shop owes to others now."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import statement as sql

_NAMES: Final = {
    "wallets": Bilingual("Saldo anggota", "Members' wallets"),
    "refunds_owed": Bilingual("Pengembalian yang belum dikirim", "Refunds to be sent"),
    "suspense": Bilingual("Uang yang datang terlambat", "Money that came late"),
}


class NoFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose."""


class OwedRow(msgspec.Struct, frozen=True):
    """``kind``: ``wallets`` (``held_sen`` of them is reserved for orders), ``refunds_owed`` or ``suspense``. ``count``:
    to how many."""

    kind: Annotated[str, words("Jenis", "Kind")]
    name: Annotated[Bilingual, words("Kepada", "Owed")]
    count: Annotated[int, words("Berapa", "How many")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    held_sen: Annotated[int, words("Tertahan", "Held")]


async def run(within: Within, wanted: NoFilter) -> ViewPage:
    """Wallets, refunds to be sent, money that waits."""
    del wanted
    async with within.engine.connection() as connection:
        found = await sql.owed(connection, within.merchant_id, within.environment)
    rows = [OwedRow(o.kind, _NAMES[o.kind], o.owed_to, o.amount_sen, o.held_sen) for o in found]
    return ViewPage(rows)


VIEW = View("reports.liabilities", "books:read", Bilingual("Kewajiban", "Liabilities"), NoFilter, OwedRow, run)
