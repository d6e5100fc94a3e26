"""A row of a file as what an import takes: columns by the names of its fields, amounts in rupiah however they are
written, and every fault with its row and column."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from gerai.domain.money import MAX_SEN, printed_sen
from gerai.domain.refusals import InputInvalid, Refusal
from gerai.engine.desk.export import column_of
from gerai.engine.desk.read import Field, fields_of, from_text, read_by
from gerai.engine.desk.refusal_words import sentence
from gerai.kit.closest import not_known
from gerai.kit.sheets.harmless import as_it_was
from gerai.kit.sheets.values import CellFault, Value

Given = TypeVar("Given", bound=msgspec.Struct)
#: Before an amount, with or without a blank; and behind it, ``15.000,-``.
_RUPIAH: Final = re.compile(r"(?:rp\.?|idr)?\s*(.*?)(?:,-)?", re.IGNORECASE | re.DOTALL)
#: ``15000.5``: a spreadsheet drops the last nought of sen.
_ONE_FIGURE: Final = re.compile(r"[0-9]+[.,][0-9]")
#: More than any number here has, and than any field takes.
_MOST_FIGURES: Final = 30
_AMOUNT: Final = "an amount is written 15000, 15000,50 or Rp15.000"


class LineFault(msgspec.Struct, frozen=True):
    """What is wrong in a file: in which row (as a spreadsheet numbers it; 0: in none of them) and column (empty: in no
    one of them)."""

    row: int
    column: str
    text: str


class Line(NamedTuple, Generic[Given]):
    """A row that could be read."""

    row: int
    given: Given


class FileColumns:
    """What the columns of a file are: fields of ``line``, or passed over: what a list shows and nobody sets.

    Refuses InputInvalid: a name that is neither, one that stands twice, or a needed one that is not there.
    """

    def __init__(self, header: Sequence[Value], line: type[msgspec.Struct], shown: Collection[str]) -> None:
        known = {column_of(field.name): field for field in fields_of(line)}
        names = [str(name).strip().casefold() if isinstance(name, str) else "" for name in header]
        while names and not names[-1]:
            names.pop()
        faults: list[str] = []
        self.fields: list[Field | None] = []
        for number, name in enumerate(names, 1):
            self.fields.append(known.get(name))
            if not name:
                faults.append(f"column {number} has no name")
            elif name in names[: number - 1]:
                faults.append(f"two columns are called {name}")
            elif name not in known and name not in shown:
                faults.append(not_known("column", name, known, listed=len(known)))
        faults += [f"the column {name} is missing" for name, one in known.items() if one.required and name not in names]
        if faults:
            raise InputInvalid({"file": faults})

    def read(self, line: type[Given], cells: Sequence[Value]) -> Given:
        """The row; an empty cell says nothing, but of a text that may be empty. Refuses InputInvalid, by column."""
        given: dict[str, Any] = {}
        for field, cell in zip(self.fields, cells, strict=False):
            if field is not None and (cell != "" or _may_be_empty(line, field.name)):
                given[field.name] = cell
        try:
            return read_by(line, given, _value_of)
        except InputInvalid as refusal:
            raise InputInvalid({column_of(name): texts for name, texts in refusal.fields.items()}) from None

    def is_empty(self, cells: Sequence[Value]) -> bool:
        """Whether nothing stands in a row."""
        return all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def faults_of(row: int, refusal: Refusal) -> list[LineFault]:
    """What a refusal of one row says, column by column."""
    if not isinstance(refusal, InputInvalid):
        return [LineFault(row, "", sentence(refusal))]
    return [LineFault(row, column_of(name), text) for name, texts in refusal.fields.items() for text in texts]


@cache
def _may_be_empty(line: type[msgspec.Struct], name: str) -> bool:
    """Whether an empty text is a value of the field."""
    field = next(one for one in fields_of(line) if one.name == name)
    if not field.is_text or field.required:
        return False
    try:
        msgspec.convert("", field.type)
    except msgspec.ValidationError:
        return False
    return True


def _value_of(field: Field, cell: Value) -> Any:
    match cell:
        case CellFault():
            raise ValueError(cell.text)
        # Written in a few characters, it would take minutes to be written out.
        case Decimal() if not cell.is_finite() or abs(cell.adjusted()) > _MOST_FIGURES:
            raise ValueError("no such number is taken here")
        case Decimal() if field.is_amount:
            return msgspec.convert(_whole(cell.scaleb(2)), field.type)
        case Decimal():
            return from_text(field, f"{cell:f}" if cell != cell.to_integral_value() else str(int(cell)))
        case str():
            text = as_it_was(cell) if field.is_text else as_it_was(cell).strip()
            return msgspec.convert(_sen_of(text), field.type) if field.is_amount else from_text(field, text)


def _whole(sen: Decimal) -> int:
    if sen != sen.to_integral_value() or not 0 <= sen <= MAX_SEN:
        raise ValueError(_AMOUNT)
    return int(sen)


def _sen_of(text: str) -> int:
    written = _RUPIAH.fullmatch(text)
    figures = "" if written is None else written[1].strip()
    found = printed_sen(f"{figures}0" if _ONE_FIGURE.fullmatch(figures) else figures)
    if found is None:
        raise ValueError(_AMOUNT)
    return found
