"""Read a backup from a stream, trusting nothing in it."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, cast

import msgspec

from gerai.backup.crypt import MAGIC, SealedReader, read_fully
from gerai.backup.format import (
    FILES,
    FOLDER_FILES,
    FORMAT,
    GZIP,
    HEAD,
    MEMBER_BYTES,
    PART_BYTES,
    TAIL,
    BackupDamaged,
    BackupError,
    Head,
    Sum,
    Summing,
    Tail,
    part_name,
    sha256,
    sum_of,
)
from gerai.store.backup_tables import TableShape

_FOREIGN: Final = "this is not a backup of Gerai"


class TarMember(NamedTuple):
    """One member of the tar stream."""

    name: str
    data: bytes


class BackupReader:
    """A backup, front to back, once. ``head`` and ``files`` are there at once; they count after :meth:`tables` came to
    its end, which raises BackupDamaged when any byte of content is not what was written."""

    def __init__(self, stream: BinaryIO, passphrase: str = "") -> None:
        self._members = _members(_plain(stream, passphrase))
        self._next = next(self._members, None)
        head = self._take(HEAD)
        if head is None:
            raise BackupDamaged(_FOREIGN)
        self.head = _head_from(head)
        self.files: dict[str, bytes] = {}
        self._head_sha256 = sha256(head)
        self._sums: dict[str, Sum] = {}
        for name in FOLDER_FILES:
            if (data := self._take(FILES + name)) is not None:
                self.files[name] = data
        self.tail: Tail | None = None

    def tables(self) -> Iterator[tuple[TableShape, Iterator[bytes]]]:
        """Each table with its rows, which must be read to their end before the next one."""
        for table in self.head.tables:
            yield table, self._rows(table)
            if table.name not in self._sums:
                raise AssertionError(f"{table.name} was not read to its end")
        self._finish()

    def verify(self) -> Tail:
        """Read to the end; BackupDamaged."""
        for _, parts in self.tables():
            for _ in parts:
                pass
        assert self.tail is not None
        return self.tail

    def _rows(self, table: TableShape) -> Iterator[bytes]:
        summing, rows, number = Summing(), 0, 1
        while (packed := self._take(part_name(table.name, number))) is not None:
            part = _unpacked(packed)
            summing.add(part)
            # COPY writes a line end inside a value as \n, in two characters.
            rows, number = rows + part.count(b"\n"), number + 1
            yield part
        self._sums[table.name] = summing.sum(rows)

    def _finish(self) -> None:
        text = self._take(TAIL)
        if text is None:
            raise BackupDamaged("the backup is cut off, or a part of it is missing or damaged")
        try:
            self.tail = msgspec.json.decode(text, type=Tail)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BackupDamaged("the backup is damaged: its list of contents cannot be read") from error
        files = {name: sum_of(data) for name, data in self.files.items()}
        if self.tail != Tail(head_sha256=self._head_sha256, tables=self._sums, files=files):
            raise BackupDamaged("the backup is damaged: its contents are not what its list says")
        if self._next is not None:
            raise BackupDamaged("the backup is damaged: it holds more than its list says")

    def _take(self, name: str) -> bytes | None:
        """The next member, if that is its name."""
        found = self._next
        if found is None or found.name != name:
            return None
        self._next = next(self._members, None)
        return found.data


class _Peeked:
    """A stream whose first bytes were read already."""

    def __init__(self, first: bytes, stream: BinaryIO) -> None:
        self._first = first
        self._stream = stream

    def read(self, size: int) -> bytes:
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._stream.read(size)


def _plain(stream: BinaryIO, passphrase: str) -> _Peeked | SealedReader:
    """The tar stream inside."""
    first = read_fully(stream, len(MAGIC))
    whole = _Peeked(first, stream)
    if first != MAGIC:
        return whole
    if not passphrase:
        raise BackupError("the backup is sealed: name its passphrase with --passphrase-file")
    return SealedReader(cast("BinaryIO", whole), passphrase)


def _members(stream: _Peeked | SealedReader) -> Iterator[TarMember]:
    """A header that is damaged reads as the end of the stream: the tail is missing then."""
    begun, last = False, ""
    try:
        with tarfile.open(fileobj=cast("Any", stream), mode="r|") as archive:
            for member in archive:
                if not member.isreg() or member.size > MEMBER_BYTES:
                    raise BackupDamaged(f"the backup is damaged: {member.name[:80]!r} does not belong into it")
                content = archive.extractfile(member)
                assert content is not None
                data = content.read()
                if len(data) != member.size:
                    raise BackupDamaged("the backup is cut off")
                # It would remember every part.
                cast("Any", archive).members.clear()
                begun, last = True, member.name
                yield TarMember(member.name, data)
            if last == TAIL:
                _require_end(cast("Any", archive))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupDamaged("the backup is cut off" if begun else _FOREIGN) from error


def _require_end(archive: Any) -> None:
    """BackupDamaged unless exactly that follows which a tar ends with: two empty blocks or more, to a whole record."""
    written = -(-(archive.offset + 2 * tarfile.BLOCKSIZE) // tarfile.RECORDSIZE) * tarfile.RECORDSIZE
    while rest := archive.fileobj.read(tarfile.RECORDSIZE):
        if archive.fileobj.tell() > written or rest.strip(b"\0"):
            raise BackupDamaged("the backup is damaged: something stands after its end")
    if archive.fileobj.tell() < written:
        raise BackupDamaged("the backup is cut off")


def _head_from(text: bytes) -> Head:
    try:
        # First the number alone: the rest of another format may look otherwise.
        number = msgspec.json.decode(text, type=_Numbered).format
        if number > FORMAT:
            raise BackupError(f"the backup has format {number}, this Gerai reads up to {FORMAT}: use a newer Gerai")
        return msgspec.json.decode(text, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupDamaged("the backup is damaged: its beginning cannot be read") from error


class _Numbered(msgspec.Struct):
    format: int


def _unpacked(packed: bytes) -> bytes:
    try:
        unpacking = zlib.decompressobj(GZIP)
        part = unpacking.decompress(packed, PART_BYTES + 1)
    except zlib.error as error:
        raise BackupDamaged("the backup is damaged: a part of it cannot be unpacked") from error
    if len(part) > PART_BYTES or not unpacking.eof or unpacking.unused_data:
        raise BackupDamaged("the backup is damaged: a part of it is not whole")
    return part
