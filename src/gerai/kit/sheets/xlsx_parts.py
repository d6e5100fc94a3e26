"""The parts of a workbook, opened within bounds: a small file cannot become a large one here, and its XML names no
entities."""

from __future__ import annotations

import lzma
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
#: Unpacked: of one part, which is a sheet or the texts of all, and of a list of parts.
_MOST_BYTES: Final = 64 * 2**20
_MOST_BYTES_OF_LISTS: Final = 2**20
#: Of one part: each is work, also where nothing stands in it. Between two rows there are far fewer.
_MOST_ELEMENTS: Final = 5_000_000
_MOST_ELEMENTS_AT_ONCE: Final = 100_000
#: A tag or comment: until its end it is kept, and looked through again with every piece.
_LONGEST_TAG_BYTES: Final = 2**20
#: A real sheet packs to a twentieth; what packs much better was made to be unpacked.
_MOST_RATIO: Final = 200
_RATIO_ABOVE_BYTES: Final = 2**20
#: What unpacking and reading raise for bytes that are none: a packing that breaks or that nobody has, an encoding that
#: is not known, a number of a row without end.
_BROKEN: Final = (
    expat.ExpatError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, LookupError,
    OSError,
)  # fmt: skip
_NO_WORKBOOK: Final = "the file is no workbook that can be read: save it as XLSX or as CSV"
_TOO_LARGE: Final = "the file unpacks to more than a workbook may"
#: A row of a sheet, a text of the shared ones.
_ROWS: Final = frozenset({"row", "si"})
Attributes = dict[str, str]


class Workbook:
    """An opened one. SheetBroken: none, one that is locked, or one that unpacks to too much."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
            raise SheetBroken(_NO_WORKBOOK) from error
        parts = self._zip.infolist()
        if len(parts) > _MOST_PARTS:
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
        elements = _Counted(begun)
        parser.buffer_text = True
        parser.StartElementHandler = elements.begun
        parser.EndElementHandler = lambda name: ended(name.rpartition(":")[2])
        parser.CharacterDataHandler = said
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            with self._opened(part) as stream:
                given = 0
                while piece := stream.read(_PIECE_BYTES):
                    parser.Parse(piece, False)
                    given += len(piece)
                    if given - parser.CurrentByteIndex > _LONGEST_TAG_BYTES:
                        raise SheetBroken(_TOO_LARGE)
                    yield
                parser.Parse(b"", True)
                yield
        except _BROKEN as error:
            raise SheetBroken(_NO_WORKBOOK) from error

    def _opened(self, part: str) -> IO[bytes]:
        if part not in self._names:
            raise SheetBroken(_NO_WORKBOOK)
        if self._names[part] > _MOST_BYTES:
            raise SheetBroken(_TOO_LARGE)
        return self._zip.open(part)

    def _elements(self, part: str) -> list[tuple[str, Attributes]]:
        found: list[tuple[str, Attributes]] = []
        if self._names.get(part, 0) > _MOST_BYTES_OF_LISTS:
            raise SheetBroken(_TOO_LARGE)
        for _ in self.parsed(part, lambda name, attributes: found.append((name, attributes)), _nothing, _nothing):
            pass
        return found


class _Counted:
    """The elements of a part, of which there may only be so many, and few without a row or a text among them."""

    def __init__(self, begun: Callable[[str, Attributes], None]) -> None:
        self._begun, self._count, self._row = begun, 0, 0

    def begun(self, name: str, attributes: Attributes) -> None:
        """An element begins. SheetBroken: it is one too many."""
        name = name.rpartition(":")[2]
        self._count += 1
        if name in _ROWS:
            self._row = self._count
        if self._count > _MOST_ELEMENTS or self._count - self._row > _MOST_ELEMENTS_AT_ONCE:
            raise SheetBroken(_TOO_LARGE)
        self._begun(name, attributes)


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
