"""A table of a file, whichever kind it is: its bytes say that, not its name."""

from __future__ import annotations

from collections.abc import Generator
from typing import BinaryIO, Final

from gerai.kit.sheets.csv_reading import csv_rows
from gerai.kit.sheets.values import SheetBroken, SheetRow
from gerai.kit.sheets.xlsx_reading import xlsx_rows

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def sheet_rows(stream: BinaryIO) -> Generator[SheetRow]:
    """The rows of a CSV file, or of the first sheet of a workbook, read as they are asked for. SheetBroken."""
    begins = stream.read(4)
    stream.seek(0)
    if begins == _OLD_EXCEL:
        raise SheetBroken("the file is of an old Excel, or locked with a password: save it as XLSX or as CSV")
    return xlsx_rows(stream) if begins == _ZIP else csv_rows(stream)
