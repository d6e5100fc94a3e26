"""The figures of a time at a glance, beside those of the same time before it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.days import FIRST_DAY
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.report_time import ReportFilter, change_bp, days_of, each_sen, rows_behind, share_bp
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import jakarta
from gerai.store import reports as sql
from gerai.store.connection import Connection


class SummaryRow(msgspec.Struct, frozen=True):
    """``…_before…``: of the same time before, to the same hour where the time is not over. ``…_change_bp``: 250 is
    2.5 % more, None where there was nothing. ``complete``: everything is counted; else a worker still counts earlier
    orders, and ``counting`` is the day that it has come to (None: it has not begun)."""

    since: Annotated[str, words("Sejak tanggal", "Since")]
    until: Annotated[str, words("Sampai tanggal", "Until")]
    orders: Annotated[int, words("Pesanan", "Orders")]
    orders_before: Annotated[int, words("Pesanan sebelumnya", "Orders before")]
    orders_change_bp: Annotated[int | None, words("Perubahan pesanan", "Change of orders")]
    paid: Annotated[int, words("Dibayar", "Paid")]
    paid_bp: Annotated[int | None, words("Jadi dibayar", "Paid ratio")]
    paid_before_bp: Annotated[int | None, words("Jadi dibayar sebelumnya", "Paid ratio before")]
    sales_sen: Annotated[int, words("Penjualan", "Sales")]
    sales_before_sen: Annotated[int, words("Penjualan sebelumnya", "Sales before")]
    sales_change_bp: Annotated[int | None, words("Perubahan penjualan", "Change of sales")]
    average_sen: Annotated[int, words("Rata-rata", "Average")]
    average_before_sen: Annotated[int, words("Rata-rata sebelumnya", "Average before")]
    average_change_bp: Annotated[int | None, words("Perubahan rata-rata", "Change of average")]
    refunds_sen: Annotated[int, words("Dikembalikan", "Refunded")]
    refunds_before_sen: Annotated[int, words("Dikembalikan sebelumnya", "Refunded before")]
    fees_sen: Annotated[int, words("Biaya", "Fees")]
    fees_before_sen: Annotated[int, words("Biaya sebelumnya", "Fees before")]
    cancelled: Annotated[int, words("Batal atau kedaluwarsa", "Cancelled or expired")]
    failed: Annotated[int, words("Gagal atau kembali", "Failed or returned")]
    complete: Annotated[bool, words("Lengkap", "Complete")]
    counting: Annotated[str | None, words("Hari yang sedang dihitung", "Day that is being counted")]
    behind: Annotated[str, words("Pesanan di baliknya", "Orders behind it")]


async def run(within: Within, wanted: ReportFilter) -> ViewPage:
    """One row. Refuses InputInvalid: dates that do not fit."""
    days = days_of(wanted, within.merchant.now(within.environment))
    mine = within.merchant_id, within.environment
    async with within.engine.connection() as connection:
        now = await _all(connection, sql.ReportAsked(*mine, *days.bounds, wanted.door))
        before = await _all(connection, sql.ReportAsked(*mine, *days.before, wanted.door))
        counting = await sql.counting_from(connection, within.merchant_id)
    average_sen, average_before_sen = each_sen(now.sales_sen, now.paid), each_sen(before.sales_sen, before.paid)
    row = SummaryRow(
        since=days.first.isoformat(),
        until=days.last.isoformat(),
        orders=now.orders,
        orders_before=before.orders,
        orders_change_bp=change_bp(now.orders, before.orders),
        paid=now.paid,
        paid_bp=share_bp(now.paid, now.orders),
        paid_before_bp=share_bp(before.paid, before.orders),
        sales_sen=now.sales_sen,
        sales_before_sen=before.sales_sen,
        sales_change_bp=change_bp(now.sales_sen, before.sales_sen),
        average_sen=average_sen,
        average_before_sen=average_before_sen,
        average_change_bp=change_bp(average_sen, average_before_sen),
        refunds_sen=now.refunds_sen,
        refunds_before_sen=before.refunds_sen,
        fees_sen=now.fees_sen,
        fees_before_sen=before.fees_sen,
        cancelled=now.cancelled,
        failed=now.failed,
        complete=counting is None,
        counting=None if counting is None or counting.year < FIRST_DAY.year else jakarta(counting).date().isoformat(),
        behind=rows_behind(days, wanted.door),
    )
    return ViewPage([row])


async def _all(connection: Connection, asked: sql.ReportAsked) -> sql.SalesFigures:
    [whole] = await sql.sums(connection, asked, "all") or [sql.SalesGroup("", "", sql.SalesFigures())]
    return whole.figures


VIEW = View("reports.summary", "money:read", Bilingual("Ringkasan", "Summary"), ReportFilter, SummaryRow, run)
