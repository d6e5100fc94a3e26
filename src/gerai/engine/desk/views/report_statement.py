"""A month's accounts, by double entry: opening, debits, credits, closing, by when money moved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.books import BookAccountRow, accounts_over
from gerai.engine.desk.days import FIRST_DAY, LAST_DAY
from gerai.engine.desk.fields import END, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.reports.roll_up import bounds
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import jakarta

_MONTH_DAYS = timedelta(days=31)


class MonthFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``month`` of Jakarta, ``2026-11``; empty: this one, so far."""

    month: Annotated[Annotated[str, Meta(pattern=r"^(\d{4}-\d{2})?" + END)], words("Bulan", "Month", "2026-11")] = ""


async def run(within: Within, wanted: MonthFilter) -> ViewPage:
    """By account. Refuses InputInvalid: no such month; Busy: somebody else reads all of the books just now."""
    now = jakarta(within.merchant.now(within.environment)).date()
    try:
        first = date.fromisoformat(f"{wanted.month}-01") if wanted.month else now.replace(day=1)
    except ValueError:
        first = date.min
    if wanted.month and not FIRST_DAY <= first <= LAST_DAY:
        raise InputInvalid({"month": ["there is no such month"]})
    last = (first + _MONTH_DAYS).replace(day=1) - timedelta(days=1)
    return ViewPage(await accounts_over(within, *bounds(first, last)))


VIEW = View(
    "reports.statement", "books:read", Bilingual("Laporan bulanan", "Monthly statement"), MonthFilter, BookAccountRow,
    run,
)  # fmt: skip
