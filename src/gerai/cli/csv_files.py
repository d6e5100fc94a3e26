"""Lists that banks and gateways let one download: CSV with any mark between columns, and something above the head."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from gerai.cli.terminal import fail

_AT_MOST_BYTES: Final = 8 * 2**20
#: Among so many first lines stands the one with the columns' names.
_HEAD_WITHIN: Final = 30
_MARKS_BETWEEN: Final = ",;\t|"
L = TypeVar("L")


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
    cannot be read, is larger than 8 MB, or no text. ``whose``: of whom such lists are."""
    text = _text(file, whose)
    seen = set[str]()
    for mark in _MARKS_BETWEEN:
        rows = _rows(file, text, mark)
        for number, names in enumerate(rows[:_HEAD_WITHIN]):
            seen.update(names)
            if (layout := known(names)) is not None:
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


def _rows(file: Path, text: str, mark: str) -> list[list[str]]:
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)]
    except csv.Error as error:
        fail(f"cannot read {file}: {error}", 2)
