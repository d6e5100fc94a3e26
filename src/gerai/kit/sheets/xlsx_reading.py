"""The first sheet of a workbook, row by row. Formulas are not calculated: the value that the file keeps with one is
taken."""

from __future__ import annotations

import re
from collections.abc import Generator
from decimal import Context, Decimal, InvalidOperation
from typing import BinaryIO, Final

from gerai.kit.sheets.values import LONGEST_CELL, MOST_COLUMNS, CellFault, SheetBroken, SheetRow, Value
from gerai.kit.sheets.xlsx_parts import Attributes, SharedTexts, Workbook

_PLACE: Final = re.compile(r"([A-Z]{1,3})[0-9]+")
_CODE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: A spreadsheet calculates with fifteen digits; more of them are its own noise.
_KEPT: Final = Context(prec=15)
_TEXTS_IN: Final = frozenset({"v", "t"})


def xlsx_rows(stream: BinaryIO) -> Generator[SheetRow]:
    """The rows that there are. SheetBroken: no workbook, too much of one, or too wide a row."""
    book = Workbook(stream)
    sheet = _Sheet(book.texts())
    for _ in book.parsed(book.first_sheet(), sheet.begun, sheet.ended, sheet.said):
        yield from sheet.rows
        sheet.rows.clear()


class _Sheet:
    """What was read of a sheet and not yet taken."""

    def __init__(self, texts: SharedTexts) -> None:
        self.rows: list[SheetRow] = []
        self._texts = texts
        self._number, self._cells, self._column = 0, list[Value](), -1
        self._kind, self._formula, self._phonetic = "", False, False
        self._said: list[str] | None = None
        self._value: str | None = None

    def begun(self, name: str, attributes: Attributes) -> None:
        match name:
            case "row":
                number = attributes.get("r", "")
                self._number = int(number) if number.isascii() and number.isdigit() else self._number + 1
                self._cells, self._column = [], -1
            case "c":
                self._column = _column(attributes.get("r", ""), self._column)
                self._kind, self._formula, self._value = attributes.get("t", "n"), False, None
            case "f":
                self._formula = True
            case "rPh":
                self._phonetic = True
            case _ if name in _TEXTS_IN and not self._phonetic:
                self._said = []
            case _:
                pass

    def said(self, text: str) -> None:
        if self._said is not None:
            self._said.append(text)

    def ended(self, name: str) -> None:
        if name == "rPh":
            self._phonetic = False
        elif name in _TEXTS_IN and self._said is not None:
            # An inline text may have several pieces, each with its own letters.
            self._value, self._said = (self._value or "") + "".join(self._said), None
        elif name == "c":
            self._cells += [""] * (self._column - len(self._cells))
            self._cells.append(self._read())
        elif name == "row":
            self.rows.append(SheetRow(self._number, self._cells))

    def _read(self) -> Value:
        value, kind = self._value, self._kind
        if value is None:
            return CellFault("it is a formula, and the file does not keep its value") if self._formula else ""
        if len(value) > LONGEST_CELL:
            raise SheetBroken(f"a cell of row {self._number} has more than {LONGEST_CELL} characters")
        try:
            match kind:
                case "s":
                    return _CODE.sub(_decoded, self._texts[int(value)])
                case "inlineStr" | "str":
                    return _CODE.sub(_decoded, value)
                case "b":
                    return "yes" if value.strip() == "1" else "no"
                case "e":
                    return CellFault(f"it shows an error, {value}")
                case "d":
                    return value
                case _:
                    return _number(value)
        except (ValueError, IndexError, InvalidOperation) as error:
            raise SheetBroken(f"a cell of row {self._number} cannot be read") from error


def _number(text: str) -> Decimal:
    number = _KEPT.create_decimal(text.strip())
    if not number.is_finite():
        raise InvalidOperation
    return number


def _decoded(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def _column(place: str, before: int) -> int:
    """The column of a cell, from 0; of one that does not say it, the next."""
    named = _PLACE.fullmatch(place)
    column = before + 1
    if named:
        column = 0
        for letter in named[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        column -= 1
    if column <= before or column >= MOST_COLUMNS:
        raise SheetBroken(f"the sheet has more than {MOST_COLUMNS} columns")
    return column
