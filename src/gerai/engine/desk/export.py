"""A list of the desk as a file: all that its filter finds, page after page through the view's own cursor."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

import msgspec

from gerai.engine.acting import Acting
from gerai.engine.desk.fields import LARGEST_PAGE, words_of, written_seen
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import DeskCaller, View, ViewPage, look
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import JAKARTA, real_now
from gerai.kit.sheets.writing import CSV_TYPE, XLSX_TYPE, Cell, CsvWriter, SheetWriter, XlsxWriter
from gerai.store import audit

#: How a row looks, which goes with what changes it.
_SEEN: Final = "seen"
_WRITERS: Final[Mapping[str, type[CsvWriter] | type[XlsxWriter]]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
#: The kinds of files, by the end of their names, and what each is called in HTTP.
MEDIA_TYPES: Final[Mapping[str, str]] = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@dataclass(frozen=True)
class Export:
    """A file that is being written. ``pieces``: all of it, in order; each page of the view is read when the piece
    before it was taken, so that whoever takes no more ends the reading."""

    name: str
    media_type: str
    pieces: AsyncGenerator[bytes]


def is_listed(view: View) -> bool:
    """Whether the view shows rows, which a file can hold."""
    return not view.name.endswith(".show")


async def open_export(
    view: View, within: Within, wanted: msgspec.Struct, caller: DeskCaller, kind: str, language: str = ""
) -> Export:
    """The rows that the filter finds as a file of this kind (``csv``, ``xlsx``), from ``after`` on; its ``limit`` is
    not looked at. ``language``: of whoever reads it, whose words its head has; empty: programs do, and the head has the
    names of the fields. Whoever takes customers' data away is written down before anything leaves.

    Refuses as :func:`look`; nothing that breaks later is a whole file.
    """
    if "limit" in wanted.__struct_fields__:
        wanted = msgspec.structs.replace(wanted, limit=LARGEST_PAGE)
    first = await look(view, within, wanted, caller)
    if view.personal:
        await _write_down(view, within, wanted, caller, kind)
    things = view.name.removesuffix(".list").replace(".", "-")
    name = f"{within.merchant.code}-{things}-{real_now().astimezone(JAKARTA):%Y%m%d}.{kind}"
    writer = writer_of(kind, _titles(view.row, language) if language else columns_of_file(view.row))
    return Export(name, MEDIA_TYPES[kind], _pieces(view, within, wanted, caller, first, writer, language))


async def _pieces(
    view: View,
    within: Within,
    wanted: msgspec.Struct,
    caller: DeskCaller,
    page: ViewPage,
    writer: SheetWriter,
    language: str,
) -> AsyncGenerator[bytes]:
    while True:
        if piece := writer.rows(cells_of(view.row, page.rows, language)):
            yield piece
        if not page.next:
            break
        following = msgspec.structs.replace(wanted, after=page.next)
        if view.rest is not None:
            async for rows in view.rest(within, following):
                yield writer.rows(cells_of(view.row, rows, language))
            break
        page = await look(view, within, following, caller)
    yield writer.end()


async def _write_down(view: View, within: Within, wanted: msgspec.Struct, caller: DeskCaller, kind: str) -> None:
    things = view.name.partition(".")[0]
    asked = {name: value for name, value in msgspec.to_builtins(wanted).items() if value and name != "limit"}
    act = Acting(caller.actor, f"{things}.export", within.environment, request_id=caller.request_id)
    act.about(view.name, kind=kind, filter=asked)
    async with within.engine.connection() as connection:
        await audit.write(connection, act.entry(within.merchant_id, real_now()))


def writer_of(kind: str, header: Sequence[str]) -> SheetWriter:
    """What writes a file of this kind, with these columns."""
    return _WRITERS[kind](header)


def column_of(field: str) -> str:
    """What the column of a field is called: amounts stand in rupiah there, so theirs loses its unit."""
    return field.removesuffix("_sen")


def columns_of_file(row: type[msgspec.Struct]) -> list[str]:
    """The header of a file with rows of this struct."""
    return [column_of(name) for name in _in_file(row)]


def _titles(row: type[msgspec.Struct], language: str) -> list[str]:
    """The same header in words."""
    said = words_of(row)
    return [said[name].in_language(language) if name in said else column_of(name) for name in _in_file(row)]


def _in_file(row: type[msgspec.Struct]) -> list[str]:
    """The fields that a file has: how something was seen stands there only where the file is brought back with it, and
    has words there."""
    said = words_of(row)
    return [field.name for field in fields_of(row) if field.name != _SEEN or _SEEN in said]


def cells_of(row: type[msgspec.Struct], rows: Sequence[msgspec.Struct], language: str = "") -> list[list[Cell]]:
    """The rows as cells, in the header's order."""
    names = _in_file(row)
    return [[cell_of(name, getattr(one, name), language) for name in names] for one in rows]


def cell_of(name: str, value: Any, language: str = "") -> Cell:
    """A value as it stands in a file: amounts in rupiah, with a point before sen; times in Jakarta; a list with commas
    between, or as JSON where that would not be read back as it is; a text of both languages in the reader's, or in
    both."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("_sen"):
            whole, sen = divmod(value, 100)
            return Decimal(value).scaleb(-2) if sen else whole
        case str() if name == _SEEN:
            return written_seen(value)
        case int() | str():
            return value
        case datetime():
            return value.astimezone(JAKARTA).isoformat()
        case Bilingual():
            return value.in_language(language) if language else value.both
        case tuple() | list():
            return _listed(cast("Sequence[Any]", value))
        case _:
            return msgspec.json.encode(value).decode()


def _listed(values: Sequence[Any]) -> str:
    texts = [one if isinstance(one, str) else str(one) if type(one) is int else None for one in values]
    if all(one and "," not in one and one == one.strip() and one[0] not in "[{" for one in texts):
        return ", ".join(cast("list[str]", texts))
    return msgspec.json.encode(values).decode() if values else ""
