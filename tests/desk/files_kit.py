"""What tests of files share: a list taken away, a file brought back, as somebody does it."""

from __future__ import annotations

import io
from typing import Any

from desk_kit import OWNER
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.export import open_export
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import ImportReport, imports
from gerai.engine.desk.registry import DeskCaller, views
from gerai.kit.sheets.reading import sheet_rows
from gerai.kit.sheets.writing import CsvWriter


async def taken(within: Within, view: str, kind: str = "csv", caller: DeskCaller = OWNER, **wanted: Any) -> bytes:
    """A list as a file."""
    found = views()[view]
    made = await open_export(found, within, found.filter(**wanted), caller, kind)
    return b"".join([piece async for piece in made.pieces])


def rows_of(content: bytes) -> list[list[Any]]:
    """The cells of a file, the header first."""
    return [row.cells for row in sheet_rows(io.BytesIO(content))]


def table_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of a file by the names of its columns."""
    [head, *rows] = rows_of(content)
    return [dict(zip(head, row, strict=True)) for row in rows]


def csv_of(*rows: dict[str, Any]) -> bytes:
    """A file with these rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = CsvWriter(names)
    return writer.rows([[row.get(name, "") for name in names] for row in rows]) + writer.end()


async def brought(within: Within, things: str, content: bytes, caller: DeskCaller = OWNER, **how: Any) -> ImportReport:
    """What came of a file."""
    return await bring_in(imports()[things], within, caller, io.BytesIO(content), **how)


def figures(report: ImportReport) -> tuple[int, int, int, int, bool]:
    """New, changed, unchanged, faulty, and whether it is done."""
    return report.added, report.changed, report.unchanged, report.faulty, report.applied


def faults(report: ImportReport) -> list[tuple[int, str]]:
    """Row and column of each fault."""
    return [(one.row, one.column) for one in report.faults]
