"""What gateways and acquirers paid out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import Payout
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import AfterMoment, behind, cut, moment_of
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import payouts as sql


class PayoutFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which page."""

    after: Annotated[AfterMoment, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class PayoutRow(msgspec.Struct, frozen=True):
    """One payout of ``gateway``, or of the acquirer of an own account (``qris:ID…``). ``gross_sen``: what the payers of
    its ``payments`` payments and top-ups had paid; ``refunded_sen`` and ``fee_sen`` were taken off; ``amount_sen``
    came."""

    id: Annotated[Id, words("Nomor", "Id")]
    gateway: Annotated[str, words("Dari", "From")]
    reference: Annotated[str, words("Nomor pencairan", "Reference")]
    gross_sen: Annotated[int, words("Dari pembayar", "From payers")]
    refunded_sen: Annotated[int, words("Dikembalikan", "Given back")]
    fee_sen: Annotated[int, words("Biaya", "Fees")]
    amount_sen: Annotated[int, words("Diterima", "Came")]
    payments: Annotated[int, words("Banyaknya pembayaran", "Payments")]
    paid_at: Annotated[datetime, words("Cair pada", "Paid out")]
    booked_by: Annotated[str, words("Dibukukan oleh", "Booked by")]


def row_of(one: Payout, gateways: Mapping[int, str]) -> PayoutRow:
    """A payout as it is listed; ``gateways``: who pays out, by id."""
    return PayoutRow(
        one.payout_id, gateways.get(one.contract_id, ""), one.reference, one.gross_sen, one.refunded_sen, one.fee_sen,
        one.amount_sen, one.payments, one.paid_at, one.booked_by,
    )  # fmt: skip


async def names_of(within: Within) -> dict[int, str]:
    """Who pays out, or did, by id of the contract or account."""
    return {one.id: one.name for one in await within.engine.payouts.paying_out(within.merchant_id)}


async def run(within: Within, wanted: PayoutFilter) -> ViewPage:
    """Newest first."""
    after = moment_of(wanted.after)
    place = None if after is None else (after[0], int(after[1][0]))
    async with within.engine.connection() as connection:
        found = await sql.page(connection, within.merchant_id, within.environment, place, wanted.limit + 1)
    gateways = await names_of(within)
    return cut(
        found, wanted.limit, lambda one: behind(one.paid_at, one.payout_id), "", lambda one: row_of(one, gateways)
    )


VIEW = View("payouts.list", "money:read", Bilingual("Pencairan", "Payouts"), PayoutFilter, PayoutRow, run)
