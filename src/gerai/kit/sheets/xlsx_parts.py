"""The parts of a workbook, opened within bounds: a small file cannot become a large one here, and its XML names no
entities."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, Final
from xml.parsers import expat

from gerai.kit.sheets.values import SheetBroken

_PIECE_BYTES: Final = 1 << 16
_MOST_PARTS: Final = 1_000
#: Unpacked: all that is read, and of it the texts, which are kept in memory.
_MOST_BYTES: Final = 512 * 2**20
_MOST_BYTES_OF_TEXTS: Final = 64 * 2**20
_MOST_BYTES_OF_LISTS: Final = 2**20
#: A real sheet packs to a twentieth; what packs much better was made to be unpacked.
_MOST_RATIO: Final = 200
_RATIO_ABOVE_BYTES: Final = 2**20
_NO_WORKBOOK: Final = "the file is no workbook that can be read: save it as XLSX or as CSV"
_TOO_LARGE: Final = "the file unpacks to more than a workbook may"
Attributes = dict[str, str]


class Workbook:
    """An opened one. SheetBroken: none, one that is locked, or one that unpacks to too much."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
            raise SheetBroken(_NO_WORKBOOK) from error
        parts = self._zip.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_BYTES:
            raise SheetBroken(_TOO_LARGE)
        for part in parts:
            if part.flag_bits & 1:
                raise SheetBroken("the file is locked with a password")
            if part.file_size > max(_RATIO_ABOVE_BYTES, _MOST_RATIO * part.compress_size):
                raise SheetBroken(_TOO_LARGE)
        self._names = {part.filename: part.file_size for part in parts}

    def first_sheet(self) -> str:
        """The name of the part with the first sheet."""
        sheets = [a for name, a in self._elements("xl/workbook.xml") if name == "sheet"]
        related = {a.get("Id", ""): a.get("Target", "") for _, a in self._elements("xl/_rels/workbook.xml.rels")}
        target = related.get(next((v for k, v in sheets[0].items() if k.endswith(":id")), "")) if sheets else None
        if not target:
            raise SheetBroken(_NO_WORKBOOK)
        return target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")

    def texts(self) -> SharedTexts:
        """The texts that cells name by number."""
        found = SharedTexts()
        if "xl/sharedStrings.xml" in self._names:
            if self._names["xl/sharedStrings.xml"] > _MOST_BYTES_OF_TEXTS:
                raise SheetBroken(_TOO_LARGE)
            for _ in self.parsed("xl/sharedStrings.xml", found.begun, found.ended, found.said):
                pass
        return found

    def parsed(
        self,
        part: str,
        begun: Callable[[str, Attributes], None],
        ended: Callable[[str], None],
        said: Callable[[str], None],
    ) -> Iterator[None]:
        """Read a part; after each piece of it, once. Names come without what stands before their colon."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: begun(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: ended(name.rpartition(":")[2])
        parser.CharacterDataHandler = said
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            with self._opened(part) as stream:
                while piece := stream.read(_PIECE_BYTES):
                    parser.Parse(piece, False)
                    yield
                parser.Parse(b"", True)
                yield
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise SheetBroken(_NO_WORKBOOK) from error

    def _opened(self, part: str) -> IO[bytes]:
        if part not in self._names:
            raise SheetBroken(_NO_WORKBOOK)
        return self._zip.open(part)

    def _elements(self, part: str) -> list[tuple[str, Attributes]]:
        found: list[tuple[str, Attributes]] = []
        if self._names.get(part, 0) > _MOST_BYTES_OF_LISTS:
            raise SheetBroken(_TOO_LARGE)
        for _ in self.parsed(part, lambda name, attributes: found.append((name, attributes)), _nothing, _nothing):
            pass
        return found


class SharedTexts:
    """Texts by number, one after the other in one piece of memory: as objects, many of them would take ten times as
    much."""

    def __init__(self) -> None:
        self._all, self._ends, self._open, self._phonetic = bytearray(), array("Q", [0]), False, False

    def begun(self, name: str, _: Attributes) -> None:
        """An element begins."""
        self._open = name == "t" and not self._phonetic
        self._phonetic = self._phonetic or name == "rPh"

    def ended(self, name: str) -> None:
        """An element ends."""
        self._open = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self._ends.append(len(self._all))

    def said(self, text: str) -> None:
        """A text between."""
        if self._open:
            self._all += text.encode("utf-8", "replace")

    def __getitem__(self, number: int) -> str:
        """The text with this number. IndexError."""
        if not 0 <= number < len(self._ends) - 1:
            raise IndexError(number)
        return self._all[self._ends[number] : self._ends[number + 1]].decode()


def _nothing(_: str) -> None:
    pass


def _refuse_doctype(*_: object) -> None:
    raise SheetBroken(_NO_WORKBOOK)
