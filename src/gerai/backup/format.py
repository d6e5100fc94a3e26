"""What a backup holds: a tar stream of a head, the data folder's secrets, the rows of every table in parts, and a tail
with their sums. Every part is gzip, so that ``tar`` and ``zcat`` read it without Gerai."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from gerai.store.backup_tables import SequenceValue, TableShape

#: Raised when a reader of the last format could not read the next one.
FORMAT: Final = 1
HEAD: Final = "gerai-backup.json"
TAIL: Final = "manifest.json"
FILES: Final = "files/"
#: What zlib calls the form of gzip.
GZIP: Final = 31
#: Most bytes of one part before it is compressed: what a reader and a writer hold in memory.
PART_BYTES: Final = 4 * 1024 * 1024
#: Most bytes of any member: head and tail of thousands of tables are far below.
MEMBER_BYTES: Final = 2 * PART_BYTES
#: The secrets of a data folder that travel with its database.
FOLDER_FILES: Final = ("seal.key", "demo.json", "demo-tour.json", "metrics.token")


class BackupError(Exception):
    """A backup cannot be made, read or restored. The text is one sentence for an operator."""


class BackupDamaged(BackupError):
    """The file is not what was written."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first member. ``made_at`` is the database's clock; ``server_version`` as 180001."""

    format: int
    gerai: str
    made_at: datetime
    database: str
    server_version: int
    migrations: tuple[str, ...]
    tables: tuple[TableShape, ...]
    sequences: tuple[SequenceValue, ...]


class Sum(msgspec.Struct, frozen=True):
    """What was written of one table or file: rows (0 for a file), bytes before compression, SHA-256 of those bytes."""

    rows: int
    bytes: int
    sha256: str


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """The last member: a file without it was cut off."""

    head_sha256: str
    tables: dict[str, Sum]
    files: dict[str, Sum]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())


class Summing:
    """Counts and digests the bytes of one table."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._bytes = 0

    def add(self, data: bytes) -> None:
        """The next bytes."""
        self._digest.update(data)
        self._bytes += len(data)

    def sum(self, rows: int) -> Sum:
        """What came so far: so many ``rows``."""
        return Sum(rows, self._bytes, self._digest.hexdigest())


def sum_of(data: bytes) -> Sum:
    """Of a whole file."""
    return Sum(0, len(data), sha256(data))


def part_name(table: str, number: int) -> str:
    """The member with the n-th part of a table's rows; the first is 1."""
    return f"tables/{table}/{number:08}.gz"


def sha256(data: bytes) -> str:
    """As hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
