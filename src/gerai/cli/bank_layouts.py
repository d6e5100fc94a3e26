"""How the lists of the large banks look: by which names a head is known, and which column is what.

Banks publish no description of these files; each is from general knowledge, and known by its whole head, so that one
that changed is not taken for what it was: its columns can be named at the terminal instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Layout:
    """``columns``: what each column is, by its name in the head, as the terminal takes them. ``also``: further names by
    which the head is known. ``kind_beside_amount``: the column right of the amount has no name and holds CR or DB.
    ``ends``: how the lines begin that sum up below the list; ``not_yet``: what stands for the date of what is not
    booked, and comes again with one."""

    bank: str
    columns: Mapping[str, str]
    also: frozenset[str] = frozenset()
    kind_beside_amount: bool = False
    ends: tuple[str, ...] = ()
    not_yet: str = ""


_BCA_ENDS: Final = ("Saldo Awal", "Mutasi Debet", "Mutasi Debit", "Mutasi Kredit", "Saldo Akhir", "Debet", "Kredit")
LAYOUTS: Final = (
    Layout(
        "BCA",
        {"date": "Tanggal Transaksi", "description": "Keterangan", "amount": "Jumlah"},
        frozenset({"Cabang", "Saldo"}),
        kind_beside_amount=True,
        ends=_BCA_ENDS,
        not_yet="PEND",
    ),
    Layout(
        "BCA",
        {"date": "Tanggal", "description": "Keterangan", "amount": "Jumlah"},
        frozenset({"Cabang", "Saldo"}),
        kind_beside_amount=True,
        ends=_BCA_ENDS,
        not_yet="PEND",
    ),
    Layout(
        "Mandiri",
        {"date": "Date", "description": "Description", "amount": "Credit"},
        frozenset({"Account No", "Val. Date", "Transaction Code", "Debit"}),
    ),
    Layout(
        "Mandiri",
        {"date": "PostDate", "description": "Remarks", "amount": "Credit Amount"},
        frozenset({"AccountNo", "Debit Amount", "Close Balance"}),
    ),
    Layout(
        "BRI",
        {"date": "TGL_TRAN", "description": "DESK_TRAN", "amount": "MUTASI_KREDIT"},
        frozenset({"NOREK", "MUTASI_DEBET", "SALDO_AKHIR_MUTASI"}),
    ),
    Layout(
        "BNI",
        {"date": "Post Date", "description": "Description", "amount": "Amount", "kind": "Debit/Credit"},
        frozenset({"Journal No.", "Balance"}),
    ),
)
_PERIOD: Final = re.compile(r"([0-9]{2}/[0-9]{2})/([0-9]{4})\s*-\s*([0-9]{2}/[0-9]{2})/([0-9]{4})")
_DAY_AND_MONTH: Final = re.compile(r"'?([0-9]{2})/([0-9]{2})")


def layout_of(head: Sequence[str]) -> Layout | None:
    """The layout that is known by this head."""
    names = frozenset(head)
    return next((one for one in LAYOUTS if names >= {*one.columns.values(), *one.also}), None)


class Years:
    """The years of dates that name none, by the period that stands above the list."""

    def __init__(self, above: Sequence[str]) -> None:
        period = next((found for text in above if (found := _PERIOD.search(text))), None)
        self._first = None if period is None else (period[2], _month_first(period[1]))
        self._last_year = "" if period is None else period[4]

    def complete(self, text: str) -> str:
        """The date with its year, where it has none and the period says which."""
        found = _DAY_AND_MONTH.fullmatch(text)
        if found is None or self._first is None:
            return text
        year, begins = self._first
        # A list from December to January: what stands before its first day is of the next year.
        return f"{found[1]}/{found[2]}/{year if found[2] + found[1] >= begins else self._last_year}"


def _month_first(day_and_month: str) -> str:
    day, month = day_and_month.split("/")
    return month + day
