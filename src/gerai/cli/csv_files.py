"""Lists that banks and gateways let one download: CSV with any mark between columns, and something above the head."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from gerai.cli.terminal import fail

_AT_MOST_BYTES: Final = 8 * 2**20
#: Among so many first lines stands the one with the columns' names.
_HEAD_WITHIN: Final = 30
_MARKS_BETWEEN: Final = ",;\t|"
_SWALLOWED: Final = "a quotation mark stands alone there, and the lines after it would be lost: take it out"


class Columns(Protocol):
    """What each column of a list is, by its name in the head."""

    @property
    def columns(self) -> Mapping[str, str]: ...


L = TypeVar("L", bound=Columns)


class CsvTable(NamedTuple, Generic[L]):
    """The rows of a file, where its head stands, and what the head means."""

    rows: list[list[str]]
    head_at: int
    head: list[str]
    layout: L


class NoHead(NamedTuple):
    """No line of a file is a head that is known. ``names``: whatever stands in its first lines; ``first``: the first
    line of all."""

    names: frozenset[str]
    first: str


def read_csv(file: Path, whose: str, known: Callable[[Sequence[str]], L | None]) -> CsvTable[L] | NoHead:
    """The file by the mark between columns with which it has a head that is known. Leaves with exit code 2 when it
    cannot be read, is larger than 8 MB, or no text; when a quotation mark stands alone in it, which would make one line
    of several; and when two columns have a name that is needed. ``whose``: of whom such lists are."""
    text = _text(file, whose)
    seen = set[str]()
    for mark in _MARKS_BETWEEN:
        rows, fault = _rows(text, mark)
        for number, names in enumerate(rows[:_HEAD_WITHIN]):
            seen.update(names)
            if (layout := known(names)) is None:
                continue
            if fault:
                fail(f"{file}, {fault}", 2)
            # Mandiri writes two descriptions; of everything else nobody could say which is meant.
            needed = [name for what, name in layout.columns.items() if what != "description"]
            if twice := [name for name in needed if names.count(name) > 1]:
                fail(f"{file}, line {number + 1}: two columns are named {twice[0]}", 2)
            return CsvTable(rows, number, names, layout)
    return NoHead(frozenset(seen), text.partition("\n")[0].strip() or "nothing")


def _text(file: Path, whose: str) -> str:
    try:
        data = file.read_bytes()[: _AT_MOST_BYTES + 1]
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        fail(f"cannot read {file}: {error}", 2)
    if len(data) > _AT_MOST_BYTES or "\0" in text:
        fail(f"{file} is no list of a {whose}: it is larger than 8 MB, or no text", 2)
    return text


def _rows(text: str, mark: str) -> tuple[list[list[str]], str]:
    """The rows up to one that cannot be read, and what is wrong with that one."""
    reader, rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), list[list[str]]()
    begins, fault = 1, ""
    try:
        for row in reader:
            if any(mark in more for cell in row for more in cell.splitlines()[1:]):
                fault = _SWALLOWED
                break
            rows.append([cell.strip() for cell in row])
            begins = reader.line_num + 1
    except csv.Error:
        fault = _SWALLOWED
    return rows, f"line {begins}: {fault}" if fault else ""
