"""One payout of a gateway."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.payouts import PayoutRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import payouts as sql


class PayoutShown(PayoutRow, frozen=True, kw_only=True):
    """A payout. ``known_fee_sen``: what of its fees was booked when the payments came."""

    known_fee_sen: Annotated[int, words("Biaya yang sudah dibukukan", "Fees booked before")]
    created_at: Annotated[datetime, words("Dibukukan pada", "Booked")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = await sql.by_id(connection, within.merchant_id, wanted.id)
    if found is None or found.environment != within.environment:
        return ViewPage([])
    contracts = await within.engine.payouts.contracts(within.merchant_id)
    row = row_of(found, {one.contract_id: one.gateway for one in contracts})
    shown = PayoutShown(**msgspec.structs.asdict(row), known_fee_sen=found.known_fee_sen, created_at=found.created_at)
    return ViewPage([shown])


VIEW = View(
    "payouts.show", "money:read", Bilingual("Sebuah pencairan gateway", "A payout of a gateway"), ById, PayoutShown, run
)
