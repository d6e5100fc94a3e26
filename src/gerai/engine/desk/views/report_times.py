"""How long it takes from an order to its money, and from its money until it is sent or done."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.report_time import ReportFilter, days_of, rows_behind
from gerai.kit.bilingual import Bilingual
from gerai.store import reports as sql


class TimesRow(msgspec.Struct, frozen=True):
    """A door's means, in whole seconds; None: there was none. Paying is timed for orders that are paid by an invoice:
    a wallet pays at once, a courier weeks later. Fulfilling ends when the parcel leaves or the provider is done."""

    door: Annotated[str, words("Konter", "Counter")]
    paid: Annotated[int, words("Dibayar, berwaktu", "Paid, timed")]
    to_pay_s: Annotated[int | None, words("Sampai dibayar (detik)", "To pay (seconds)")]
    fulfilled: Annotated[int, words("Dipenuhi, berwaktu", "Fulfilled, timed")]
    to_fulfil_s: Annotated[int | None, words("Sampai dipenuhi (detik)", "To fulfil (seconds)")]
    behind: Annotated[str, words("Pesanan di baliknya", "Orders behind it")]


async def run(within: Within, wanted: ReportFilter) -> ViewPage:
    """By door. Refuses InputInvalid: dates that do not fit."""
    days = days_of(wanted, within.merchant.now(within.environment))
    asked = sql.ReportAsked(within.merchant_id, within.environment, *days.bounds, wanted.door)
    async with within.engine.connection() as connection:
        groups = await sql.sums(connection, asked, "door")
    return ViewPage(
        [
            TimesRow(
                group.key, of.pay_count, _mean(of.pay_s, of.pay_count), of.fulfil_count,
                _mean(of.fulfil_s, of.fulfil_count), rows_behind(days, group.key),
            )
            for group in groups
            for of in (group.figures,)
        ]
    )  # fmt: skip


def _mean(total: int, count: int) -> int | None:
    return None if count == 0 else total // count


VIEW = View("reports.times", "money:read", Bilingual("Waktu proses", "Times"), ReportFilter, TimesRow, run)
