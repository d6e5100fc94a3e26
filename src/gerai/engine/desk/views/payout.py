"""One payout of a gateway, with how its sums come about."""

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


class WholePayout(PayoutRow, frozen=True, kw_only=True):
    """A payout. ``known_fee_sen`` of the fees was booked when the payments came; ``more_fee_sen`` with the payout,
    below nothing where less was kept than was known."""

    known_fee_sen: Annotated[int, words("Biaya yang sudah diketahui", "Fees known before")]
    more_fee_sen: Annotated[int, words("Biaya lebih", "Further fees")]
    contract_id: Annotated[int, words("Nomor kontrak gateway", "Gateway contract's id")]
    booked_at: Annotated[datetime, words("Dibukukan", "Booked")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        one = await sql.by_id(connection, within.merchant_id, wanted.id)
    if one is None or one.environment != within.environment:
        return ViewPage([])
    contracts = await within.engine.payouts.contracts(within.merchant_id)
    row = row_of(one, {contract.contract_id: contract.gateway for contract in contracts})
    whole = WholePayout(
        **msgspec.structs.asdict(row),
        known_fee_sen=one.known_fee_sen,
        more_fee_sen=one.fee_sen - one.known_fee_sen,
        contract_id=one.contract_id,
        booked_at=one.created_at,
    )
    return ViewPage([whole])


VIEW = View("payouts.show", "money:read", Bilingual("Sebuah pencairan", "A payout"), ById, WholePayout, run)
