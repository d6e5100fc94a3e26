"""The shop's accounts as they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec

from gerai.engine.desk.books import accounts_over
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.report_liabilities import NoFilter
from gerai.kit.bilingual import Bilingual

#: Later than any transfer; a test clock may stand anywhere.
_EVER: Final = datetime(9990, 1, 1, tzinfo=UTC)


class BalanceRow(msgspec.Struct, frozen=True):
    """One kind of account, all wallets together. ``balance_sen`` is credits less debits; over all rows it sums to
    nothing."""

    account: Annotated[str, words("Kode", "Code")]
    name: Annotated[Bilingual, words("Akun", "Account")]
    balance_sen: Annotated[int, words("Saldo", "Balance")]


async def run(within: Within, wanted: NoFilter) -> ViewPage:
    """By account. Refuses Busy: somebody else reads all of the books just now."""
    del wanted
    rows = await accounts_over(within, _EVER, _EVER)
    return ViewPage([BalanceRow(row.account, row.name, row.closing_sen) for row in rows])


VIEW = View("books.list", "books:read", Bilingual("Pembukuan", "Books"), NoFilter, BalanceRow, run)
