"""A month's accounts, by double entry: opening, debits, credits, closing, by when money moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.books import BookAccountRow, accounts_over
from gerai.engine.desk.days import FIRST_DAY, LAST_DAY
from gerai.engine.desk.fields import END, words, words_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.paper import Sheet
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.reports.roll_up import bounds
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import jakarta

_MONTH_DAYS = timedelta(days=31)
_TITLE = Bilingual("Laporan bulanan", "Monthly statement")
_DOUBLE_ENTRY = Bilingual(
    "Jumlah adalah kredit dikurangi debit: yang dimiliki toko di bawah nol, yang menjadi kewajiban atau pendapatan di "
    "atas nol. Awal dan akhir semua akun berjumlah nol, dan debit sama dengan kredit.",
    "Amounts are credits less debits: what the shop has somewhere is below nothing, what it owes or has earned above. "
    "Opening and closing of all accounts sum to nothing, and debits equal credits.",
)


class MonthFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``month`` of Jakarta, ``2026-11``; empty: this one, so far."""

    month: Annotated[Annotated[str, Meta(pattern=r"^(\d{4}-\d{2})?" + END)], words("Bulan", "Month", "2026-11")] = ""


async def run(within: Within, wanted: MonthFilter) -> ViewPage:
    """By account. Refuses InputInvalid: no such month; Busy: somebody else reads all of the books just now."""
    return ViewPage(await accounts_over(within, *bounds(*_days(within, wanted))))


def paper(within: Within, wanted: MonthFilter, page: ViewPage) -> Sheet:
    """The same accounts, and what their sums must be. Refuses as :func:`run`."""
    first, last = _days(within, wanted)
    rows = cast("Sequence[BookAccountRow]", page.rows)
    said = words_of(BookAccountRow)
    columns = ("name", "opening_sen", "debits_sen", "credits_sen", "closing_sen")
    return Sheet(
        _TITLE, first, last,
        tuple(Bilingual(said[name].id, said[name].en) for name in columns),
        tuple(
            (row.name, (row.opening_sen, row.debits_sen, row.credits_sen, row.closing_sen)) for row in rows
        ),
        (_DOUBLE_ENTRY,),
    )  # fmt: skip


def _days(within: Within, wanted: MonthFilter) -> tuple[date, date]:
    """The first and the last of the month. Refuses InputInvalid."""
    now = jakarta(within.merchant.now(within.environment)).date()
    try:
        first = date.fromisoformat(f"{wanted.month}-01") if wanted.month else now.replace(day=1)
    except ValueError:
        first = date.min
    if wanted.month and not FIRST_DAY <= first <= LAST_DAY:
        raise InputInvalid({"month": ["there is no such month"]})
    return first, (first + _MONTH_DAYS).replace(day=1) - timedelta(days=1)


VIEW = View("reports.statement", "books:read", _TITLE, MonthFilter, BookAccountRow, run, paper=paper)
