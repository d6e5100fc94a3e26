"""What stands in a file that is read, and what is wrong with one."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

#: Of one table.
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 32_767


class SheetBroken(Exception):
    """The file cannot be read: a sentence that says why."""


class CellFault(NamedTuple):
    """A cell that holds no value, and why."""

    text: str


#: What a cell holds. A number is one only where the file says so; in CSV everything is a text.
Value = str | Decimal | CellFault


class SheetRow(NamedTuple):
    """A row, with the number that a spreadsheet shows beside it."""

    number: int
    cells: list[Value]
