"""Write a backup of a running database into a stream."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO, Final, NamedTuple, cast

import msgspec

from gerai import __version__
from gerai.backup.crypt import SealedWriter
from gerai.backup.format import (
    FILES,
    FOLDER_FILES,
    FORMAT,
    GZIP,
    HEAD,
    PART_BYTES,
    TAIL,
    BackupError,
    Head,
    Sum,
    Summing,
    Tail,
    part_name,
    sha256,
    sum_of,
)
from gerai.settings import DatabaseSettings
from gerai.store.backup_tables import MigrationUnderWay, NoTables, TableShape, TablesSnapshot, snapshot
from gerai.store.connection import DatabaseError
from gerai.store.migrate import HalfRestored

#: Fast: the rest of what could be saved is small against the time it takes.
_LEVEL: Final = 1


class Written(NamedTuple):
    """What a backup holds, and how many bytes it has."""

    head: Head
    tail: Tail
    size: int


def write_backup(
    database: DatabaseSettings,
    out: BinaryIO,
    *,
    passphrase: str = "",
    files: Mapping[str, bytes] | None = None,
    next_table: Callable[[str], None] = lambda _: None,
) -> Written:
    """The database as it is now, with these of its ``FOLDER_FILES``, into ``out``, sealed when there is a passphrase.

    Reads one snapshot and keeps no writer waiting. Memory is bounded. Raises BackupError, or OSError of ``out``.
    """
    counting = _Counting(out)
    try:
        if not passphrase:
            return Written(*_write(database, counting, files or {}, next_table), counting.size)
        sealed = SealedWriter(cast("BinaryIO", counting), passphrase)
        head, tail = _write(database, sealed, files or {}, next_table)
        sealed.close()
        return Written(head, tail, counting.size)
    except MigrationUnderWay as error:
        raise BackupError(f"{error}; try again when that is done") from error
    except (NoTables, HalfRestored) as error:
        raise BackupError(str(error)) from error
    except DatabaseError as error:
        raise BackupError(f"the database could not be read: {' '.join(str(error).split())}") from error


class _Counting:
    """Passes on to ``out``."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.size = 0

    def write(self, data: bytes) -> int:
        self._out.write(data)
        self.size += len(data)
        return len(data)


def _write(
    database: DatabaseSettings,
    out: _Counting | SealedWriter,
    files: Mapping[str, bytes],
    next_table: Callable[[str], None],
) -> tuple[Head, Tail]:
    with (
        snapshot(database.url, database) as found,
        tarfile.open(fileobj=cast("Any", out), mode="w|", format=tarfile.USTAR_FORMAT) as archive,
    ):
        head = _head_of(found)
        text = msgspec.json.encode(head)
        _add(archive, HEAD, text)
        # In the order in which they are read.
        kept = {name: files[name] for name in FOLDER_FILES if name in files}
        for name, data in kept.items():
            _add(archive, FILES + name, data)
        sums: dict[str, Sum] = {}
        for table in found.tables:
            next_table(table.name)
            sums[table.name] = _write_table(archive, found, table)
        files_sums = {name: sum_of(data) for name, data in kept.items()}
        tail = Tail(head_sha256=sha256(text), tables=sums, files=files_sums)
        _add(archive, TAIL, msgspec.json.encode(tail))
    return head, tail


def _head_of(found: TablesSnapshot) -> Head:
    return Head(
        format=FORMAT,
        gerai=__version__,
        made_at=found.at,
        database=found.database,
        server_version=found.server_version,
        migrations=found.migrations,
        tables=found.tables,
        sequences=found.sequences,
    )


def _write_table(archive: tarfile.TarFile, found: TablesSnapshot, table: TableShape) -> Sum:
    summing, rows = Summing(), 0
    for number, part in enumerate(_parts(found.copy_out(table)), 1):
        summing.add(part)
        # COPY writes a line end inside a value as \n, in two characters.
        rows += part.count(b"\n")
        _add(archive, part_name(table.name, number), zlib.compress(part, _LEVEL, GZIP))
    return summing.sum(rows)


def _parts(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of one size; the last one is shorter."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, BytesIO(data))
