"""CSV as spreadsheets save it: UTF-8 or UTF-16 or the old Windows letters, with commas, semicolons or tabs between."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from itertools import chain
from typing import BinaryIO, Final

from gerai.kit.sheets.values import LONGEST_CELL, MOST_COLUMNS, SheetBroken, SheetRow

_PIECE_BYTES: Final = 1 << 16
_SEPARATORS: Final = ",;\t"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: What Excel writes on Windows when it is asked for plain CSV.
_OLD_LETTERS: Final = "cp1252"


def csv_rows(stream: BinaryIO) -> Generator[SheetRow]:
    """The rows. SheetBroken: no text, a quotation mark that is not closed, a cell or a row that is too long."""
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), newline="")
    try:
        yield from _rows(text)
    except csv.Error as error:
        raise SheetBroken(f"the file is no CSV: {error}") from error
    except UnicodeError as error:
        raise SheetBroken("the file is no text: save it as CSV UTF-8 or as XLSX") from error
    finally:
        # The stream is its owner's to close, who may have done so before these rows were let go.
        if not stream.closed:
            text.detach()


def _rows(text: io.TextIOWrapper) -> Iterator[SheetRow]:
    first = text.readline(LONGEST_CELL)
    if len(first) == LONGEST_CELL:
        raise SheetBroken("the first row is too long: it holds the names of the columns")
    separator = max(_SEPARATORS, key=first.count)
    # Excel's own way to say what stands between.
    told = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
    if len(told) == 1 or first.lower().startswith("sep=\t"):
        separator, first = told or "\t", ""
    lines = chain([first] if first else [], text)
    for number, row in enumerate(csv.reader(lines, delimiter=separator, strict=True), 1):
        if len(row) > MOST_COLUMNS:
            raise SheetBroken(f"row {number} has more than {MOST_COLUMNS} columns")
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise SheetBroken(f"a cell of row {number} has more than {LONGEST_CELL} characters")
        if any("\x00" in cell for cell in row):
            raise SheetBroken("the file is no text: save it as CSV UTF-8 or as XLSX")
        yield SheetRow(number, list(row))


def _encoding(stream: BinaryIO) -> str:
    begins = stream.read(4)
    stream.seek(0)
    named = next((name for mark, name in _MARKS if begins.startswith(mark)), "")
    if named:
        return named
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in iter(lambda: stream.read(_PIECE_BYTES), b""):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _OLD_LETTERS
    finally:
        stream.seek(0)
    return "utf-8"
