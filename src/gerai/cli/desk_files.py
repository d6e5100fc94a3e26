"""A list of the desk written to a file, or to standard output."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import msgspec
import typer

from gerai.cli.terminal import errors, fail
from gerai.engine.desk.export import MEDIA_TYPES, open_export
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, View

CsvOption = Annotated[str, typer.Option("--csv", metavar="FILE", help="Write all of them to this CSV file; - prints.")]
XlsxOption = Annotated[
    str, typer.Option("--xlsx", metavar="FILE", help="Write all of them to this XLSX file; - prints.")
]
#: An option for each kind of file.
FILE_OPTIONS: Final[dict[str, Any]] = {"csv": CsvOption, "xlsx": XlsxOption}


def chosen_file(given: dict[str, Any]) -> tuple[str, str] | None:
    """Kind and name of the file that was asked for. Leaves with exit code 2 when there are two."""
    chosen = [(kind, given[kind]) for kind in MEDIA_TYPES if given[kind]]
    if len(chosen) > 1 or (chosen and given["json"]):
        fail("one of --csv, --xlsx and --json", 2)
    return chosen[0] if chosen else None


def writing(
    view: View, wanted: msgspec.Struct, kind: str, name: str
) -> Callable[[Within, DeskCaller], Awaitable[None]]:
    """What writes the list: a file that is there is replaced when the new one is whole."""

    async def write(within: Within, caller: DeskCaller) -> None:
        made = await open_export(view, within, wanted, caller, kind)
        if name == "-":
            await _written(made.pieces, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        file = Path(name)
        fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            with fresh.open("wb") as stream:
                await _written(made.pieces, stream)
            fresh.replace(file)
        except OSError as error:
            fail(f"cannot write {file}: {error.strerror or error}")
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
        errors.line(f"written: {file} / tersimpan: {file}")

    return write


async def _written(pieces: AsyncIterator[bytes], stream: BinaryIO) -> None:
    async for piece in pieces:
        stream.write(piece)
