"""A list of the desk, or what it has on paper, written to a file or to standard output."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import msgspec
import typer

from gerai.cli.names import one_of
from gerai.cli.terminal import errors, fail
from gerai.doors.http.language import DEFAULT_LANGUAGE, LANGUAGES, Language
from gerai.doors.http.paper.sheet import sheet_pdf
from gerai.doors.http.paper.typesetter import SettingFailed, can_set
from gerai.engine.desk.export import MEDIA_TYPES, open_export
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, View, look

CsvOption = Annotated[str, typer.Option("--csv", metavar="FILE", help="Write all of them to this CSV file; - prints.")]
XlsxOption = Annotated[
    str, typer.Option("--xlsx", metavar="FILE", help="Write all of them to this XLSX file; - prints.")
]
#: An option for each kind of file.
FILE_OPTIONS: Final[dict[str, Any]] = {"csv": CsvOption, "xlsx": XlsxOption}
PdfOption = Annotated[str, typer.Option("--pdf", metavar="FILE", help="Write it to this PDF file; - prints.")]
PdfLanguageOption = Annotated[str, typer.Option("--pdf-language", help="Of the PDF: id or en; else id.")]
#: Of a view that has paper.
PAPER_OPTIONS: Final[dict[str, Any]] = {"pdf": PdfOption, "pdf_language": PdfLanguageOption}
#: Papers that may be made at once: nobody else waits at a terminal.
_WAITING: Final = 1


def chosen_file(given: dict[str, Any]) -> tuple[str, str] | None:
    """Kind and name of the file that was asked for. Leaves with exit code 2 when there are two."""
    kinds = [kind for kind in (*MEDIA_TYPES, "pdf") if kind in given]
    chosen = [(kind, given[kind]) for kind in kinds if given[kind]]
    if len(chosen) > 1 or (chosen and given["json"]):
        fail(f"one of {', '.join(f'--{kind}' for kind in kinds)} and --json", 2)
    return chosen[0] if chosen else None


def writing(
    view: View, wanted: msgspec.Struct, kind: str, name: str
) -> Callable[[Within, DeskCaller], Awaitable[None]]:
    """What writes the list: a file that is there is replaced when the new one is whole."""

    async def write(within: Within, caller: DeskCaller) -> None:
        made = await open_export(view, within, wanted, caller, kind)
        await _kept(made.pieces, name)

    return write


def printing(
    view: View, wanted: msgspec.Struct, name: str, language: str
) -> Callable[[Within, DeskCaller], Awaitable[None]]:
    """What writes the view's paper. Leaves with exit code 2: no such language; 1: no PDF can be made here."""
    chosen: Language = one_of(language or DEFAULT_LANGUAGE, LANGUAGES, "language")
    if not can_set():
        fail("PDFs need the extra pdf: pip install 'gerai[pdf]' / untuk PDF, pasang gerai[pdf]")

    async def write(within: Within, caller: DeskCaller) -> None:
        page = await look(view, within, wanted, caller)
        if view.paper is None:
            fail(f"{view.name} has no paper")
        try:
            pdf = await sheet_pdf(view.paper(within, wanted, page), within, chosen, _WAITING)
        except SettingFailed as error:
            fail(f"the PDF could not be made: {error}")
        await _kept(_one(pdf), name)

    return write


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _kept(pieces: AsyncIterator[bytes], name: str) -> None:
    """Write the file of this name, whole or not at all; ``-`` prints it."""
    if name == "-":
        await _written(pieces, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    file = Path(name)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as stream:
            await _written(pieces, stream)
        fresh.replace(file)
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror or error}")
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    errors.line(f"written: {file} / tersimpan: {file}")


async def _written(pieces: AsyncIterator[bytes], stream: BinaryIO) -> None:
    async for piece in pieces:
        stream.write(piece)
