"""One payout, with how its sums come about and what it was made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import LARGEST_PAGE, ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.payout_payments import PayoutLineRow, lines_of
from gerai.engine.desk.views.payouts import PayoutRow, names_of, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import payouts as sql


class WholePayout(PayoutRow, frozen=True, kw_only=True):
    """A payout. ``known_fee_sen`` of the fees was booked when the payments came; ``more_fee_sen`` with the payout,
    below nothing where less was kept than was known. ``lines``: the first of what it was made of, ``payouts.payments``
    has all."""

    known_fee_sen: Annotated[int, words("Biaya yang sudah diketahui", "Fees known before")]
    more_fee_sen: Annotated[int, words("Biaya lebih", "Further fees")]
    contract_id: Annotated[int, words("Nomor kontrak atau rekening", "Contract's or account's id")]
    booked_at: Annotated[datetime, words("Dibukukan", "Booked")]
    lines: Annotated[tuple[PayoutLineRow, ...], words("Pembayaran di dalamnya", "Payments of it")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        one = await sql.by_id(connection, within.merchant_id, wanted.id)
        if one is None or one.environment != within.environment:
            return ViewPage([])
        lines = await lines_of(connection, within, wanted.id, 0, LARGEST_PAGE)
    row = row_of(one, await names_of(within))
    whole = WholePayout(
        **msgspec.structs.asdict(row),
        known_fee_sen=one.known_fee_sen,
        more_fee_sen=one.fee_sen - one.known_fee_sen,
        contract_id=one.contract_id,
        booked_at=one.created_at,
        lines=tuple(lines),
    )
    return ViewPage([whole])


VIEW = View("payouts.show", "money:read", Bilingual("Sebuah pencairan", "A payout"), ById, WholePayout, run)
