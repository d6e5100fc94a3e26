"""Tables written as files, a piece at a time: whoever takes the pieces decides how fast, and nothing is kept."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Protocol, cast
from xml.sax.saxutils import escape

from gerai.kit.sheets.harmless import harmless

#: A text, or a number, which stays one.
Cell = str | int | Decimal
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Excel keeps fifteen digits of a number: an id that has more goes as a text.
_DIGITS_KEPT: Final = 15
_LONGEST_TEXT: Final = 32_767
#: Of a sheet: Excel's own limit, and what fits into a part of a file without its long form.
_ROWS_OF_SHEET: Final = 1_048_576
_BYTES_OF_SHEET: Final = 1_500_000_000
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class SheetWriter(Protocol):
    """A file as it is written: the pieces of each call, one after the other, are the file."""

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """The piece with these rows."""
        ...

    def end(self) -> bytes:
        """The last piece."""
        ...


class CsvWriter:
    """UTF-8 with the mark that Excel knows it by, commas, and lines as RFC 4180 ends them."""

    def __init__(self, header: Sequence[str]) -> None:
        self._text = io.StringIO(newline="")
        self._csv = csv.writer(self._text)
        self._text.write("\ufeff")
        self._csv.writerow(map(harmless, header))

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """As the protocol."""
        self._csv.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        return self._taken()

    def end(self) -> bytes:
        """As the protocol."""
        return self._taken()

    def _taken(self) -> bytes:
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode("utf-8", "replace")


class _Pipe(io.RawIOBase):
    """What a zip archive is written to: it goes on at once, and is never looked at again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast("bytes | bytearray | memoryview", data))
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        piece = b"".join(self._pieces)
        self._pieces.clear()
        return piece


class XlsxWriter:
    """A workbook with one sheet, or more where one is full. Every text stands in its cell as a text: nothing in it is a
    formula."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = list(header)
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        self._sheets = 0
        self._begin_sheet()

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """As the protocol."""
        self._write(rows)
        return self._pipe.taken()

    def end(self) -> bytes:
        """As the protocol."""
        self._end_sheet()
        numbers = range(1, self._sheets + 1)
        for name, text in _around(numbers).items():
            self._zip.writestr(name, _HEAD + text)
        self._zip.close()
        return self._pipe.taken()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._row = self._bytes = 0
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        views = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        self._sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{views}<sheetData>'.encode())
        self._write([self._header])

    def _end_sheet(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def _write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._row == _ROWS_OF_SHEET or self._bytes > _BYTES_OF_SHEET:
                self._end_sheet()
                self._begin_sheet()
            self._row += 1
            line = f'<row r="{self._row}">{"".join(map(_xml_cell, row))}</row>'.encode()
            self._bytes += len(line)
            self._sheet.write(line)


def _xml_cell(cell: Cell) -> str:
    if not isinstance(cell, str):
        if isinstance(cell, Decimal) or abs(cell) < 10**_DIGITS_KEPT:
            return f"<c><v>{cell}</v></c>"
        cell = str(cell)
    if not cell:
        return "<c/>"
    text = escape(_UNPRINTABLE.sub(_escaped, harmless(cell)[:_LONGEST_TEXT]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escaped(found: re.Match[str]) -> str:
    """A character that XML cannot hold, or that would be read as the name of one, by its number."""
    code = ord(found[0])
    return "_xFFFD_" if 0xD800 <= code < 0xE000 else f"_x{code:04X}_"


def _around(sheets: Iterable[int]) -> dict[str, str]:
    """The parts of a workbook beside its sheets."""
    numbers = list(sheets)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
    )
    listed = "".join(f'<sheet name="Gerai {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    }
