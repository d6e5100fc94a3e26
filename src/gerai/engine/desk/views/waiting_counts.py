"""How much waits for a person, by kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.waiting import KINDS
from gerai.kit.bilingual import Bilingual
from gerai.store import waiting_list as sql


class CountsFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to choose."""


class WaitingCountRow(msgspec.Struct, frozen=True):
    """One kind, as ``waiting.list`` is asked for it. ``capped``: there may be more than ``count``; ``amount_sen``: what
    those counted are together; ``since``: how long the oldest waits."""

    kind: Annotated[str, words("Jenis", "Kind")]
    count: Annotated[int, words("Banyaknya", "Count")]
    capped: Annotated[bool, words("Bisa lebih", "May be more")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    since: Annotated[datetime, words("Sejak", "Since")]


async def run(within: Within, wanted: CountsFilter) -> ViewPage:
    """Of every kind of which any waits, in the order of their urgency."""
    async with within.engine.connection() as connection:
        found = {one.kind: one for one in await sql.counts(connection, within.merchant_id, within.environment)}
    return ViewPage(
        [
            WaitingCountRow(kind, one.many, one.capped, one.amount_sen, one.since)
            for kind in KINDS
            if (one := found.get(kind)) is not None
        ]
    )


VIEW = View(
    "waiting.counts", "money:read", Bilingual("Banyaknya yang menunggu", "How much waits"), CountsFilter,
    WaitingCountRow, run,
)  # fmt: skip
