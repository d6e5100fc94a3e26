"""A shop as files: ``shop.toml`` and tables beside it, read into entries that know where they stand.

docs/reference/shop-files.md says what may stand there.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from gerai.kit.closest import not_known
from gerai.kit.json_values import is_array, is_object

MAIN: Final = "shop.toml"
#: One shop, and what it has chosen: tables. Everything else is a list.
TABLES: Final = ("shop", "settings")
_AT_MOST_BYTES: Final = 8 * 2**20
_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_-]+)\s*(?:\.\s*([A-Za-z0-9_-]+)[^\]]*)?\]{1,2}\s*(?:#.*)?")
_FIELD: Final = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")
_MANY_LINES: Final = re.compile(r'"""|\'\'\'')
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
#: Of each name: where its tables begin, and each of their fields.
Places = dict[str, list[tuple[int, dict[str, int]]]]
_MARKS: Final = (",", ";", "\t")


class ShopFault(NamedTuple):
    """What is wrong in a file, and where; line 0: with all of it."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.text}"


class ShopFaults(Exception):
    """Files that no shop can be made of. ``begun``: some of it was made before, and stays."""

    def __init__(self, faults: list[ShopFault], *, begun: bool = False) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
        self.begun = begun


@dataclass(frozen=True)
class ShopEntry:
    """One thing that stands in a file. ``lines``: where each of its fields does; ``typed``: its values are texts of a
    table, not TOML's."""

    section: str
    given: Mapping[str, Any]
    folder: Path
    file: str
    line: int
    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    typed: bool = False

    def fault(self, text: str, name: str = "") -> ShopFault:
        """A fault of this entry, or of one of its fields."""
        return ShopFault(
            self.file, self.lines.get(name, self.line), f"{self.section}: {f'{name}: ' if name else ''}{text}"
        )


def read_shop(folder: Path, sections: tuple[str, ...]) -> list[ShopEntry]:
    """Everything that stands in a folder's files, in the order of ``sections``. Raises ShopFaults: a file that is
    missing or cannot be read, a section or a file that there is not."""
    text = _text(folder, MAIN)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        why = _LINE.sub("", str(error)).strip()
        raise ShopFaults(
            [ShopFault(MAIN, int(at[1]) if at else text.count("\n") + 1, f"no valid TOML: {why}")]
        ) from error
    places = _places(text)
    entries, faults = list[ShopEntry](), list[ShopFault]()
    for name, value in found.items():
        if name not in sections:
            faults.append(
                ShopFault(MAIN, _first(places, name)[0], not_known("section", name, sections, listed=len(sections)))
            )
        elif name in TABLES:
            faults += _one(folder, name, value, places, entries)
        else:
            faults += _many(folder, name, value, places, entries)
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in sections or file.stem in TABLES:
            known = [f"{name}.csv" for name in sections if name not in TABLES]
            faults.append(ShopFault(file.name, 0, not_known("table of a shop", file.name, known, listed=len(known))))
        else:
            entries += _of_table(folder, file)
    if "shop" not in found:
        faults.append(ShopFault(MAIN, 0, "there is no [shop]: its code and name stand there"))
    if faults:
        raise ShopFaults(faults)
    return sorted(entries, key=lambda one: sections.index(one.section))


def _text(folder: Path, name: str) -> str:
    """A file of the folder. Raises ShopFaults."""
    try:
        with (folder / name).open("rb") as file:
            data = file.read(_AT_MOST_BYTES + 1)
    except OSError as error:
        raise ShopFaults([ShopFault(name, 0, f"it cannot be read: {error.strerror}")]) from error
    if len(data) > _AT_MOST_BYTES:
        raise ShopFaults([ShopFault(name, 0, "it is larger than 8 MB")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ShopFaults([ShopFault(name, data[: error.start].count(b"\n") + 1, "it is no UTF-8")]) from error


def _first(places: Places, name: str) -> tuple[int, dict[str, int]]:
    found = places.get(name)
    return found[0] if found else (0, {})


def _one(folder: Path, name: str, value: Any, places: Places, entries: list[ShopEntry]) -> Iterator[ShopFault]:
    at, lines = _first(places, name)
    if is_object(value):
        entries.append(ShopEntry(name, value, folder, MAIN, at, lines))
    else:
        yield ShopFault(MAIN, at, f"{name} is one table: [{name}]")


def _many(folder: Path, name: str, value: Any, places: Places, entries: list[ShopEntry]) -> Iterator[ShopFault]:
    at = places.get(name, [])
    if not is_array(value) or not all(is_object(one) for one in value):
        yield ShopFault(MAIN, at[0][0] if at else 0, f"{name} is a list of tables: [[{name}]] before each")
        return
    for number, one in enumerate(value):
        line, lines = at[number] if number < len(at) else (0, {})
        entries.append(ShopEntry(name, one, folder, MAIN, line, lines))


def _places(text: str) -> Places:
    """Where the tables of each name begin, and each of their fields."""
    found: Places = {}
    lines: dict[str, int] = {}
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        begun_within = within
        within ^= len(_MANY_LINES.findall(line)) % 2 == 1
        if begun_within:
            continue
        if header := _HEADER.fullmatch(line):
            if header[2] is None:
                lines = {}
                found.setdefault(header[1], []).append((number, lines))
            else:
                lines.setdefault(header[2], number)
        elif value := _FIELD.match(line):
            lines.setdefault(value[1], number)
    return found


def _of_table(folder: Path, file: Path) -> list[ShopEntry]:
    """The rows of a CSV file under its head; an empty cell says nothing. Raises ShopFaults."""
    text = _text(folder, file.name)
    head_line = text.partition("\n")[0]
    mark = max(_MARKS, key=head_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    entries, begins = list[ShopEntry](), 1
    try:
        head = [name.strip() for name in next(rows, list[str]())]
        if len({*head}) < len(head) or "" in head:
            raise ShopFaults([ShopFault(file.name, 1, "each column has a name of its own in the first line")])
        begins = rows.line_num + 1
        for row in rows:
            if len(row) > len(head):
                raise ShopFaults([ShopFault(file.name, begins, f"it has {len(row)} cells under {len(head)} names")])
            given = {name: cell.strip() for name, cell in zip(head, row, strict=False) if cell.strip()}
            if given:
                entries.append(ShopEntry(file.stem, given, folder, file.name, begins, {}, typed=True))
            begins = rows.line_num + 1
    except csv.Error as error:
        raise ShopFaults([ShopFault(file.name, begins, f"it is no table: {error}")]) from error
    return entries


def json_file(entry: ShopEntry, name: str) -> str:
    """The text of the JSON file beside ``shop.toml`` that a field names. Raises ShopFaults."""
    value = str(entry.given[name])
    if "/" in value or "\\" in value:
        raise ShopFaults([entry.fault("it names a file beside shop.toml", name)])
    text = _text(entry.folder, value)
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ShopFaults([ShopFault(value, 0, f"no valid JSON: {error}")]) from error
    return text
