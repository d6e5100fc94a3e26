"""Every row of a database as it was at one moment: read with COPY from one snapshot, beside all other work."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from select import POLLIN, poll
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.sql import SQL, Identifier

from gerai.settings import DatabaseSettings
from gerai.store.connection import open_blocking
from gerai.store.migrate import MIGRATING, RESTORING, require_whole

#: What stands in the schema and is no data: the notes of the migrations (made anew by migrating), the mark of a restore
#: that is under way, and what processes that run now have still to read again.
NOT_KEPT: Final = frozenset(
    {"_yoyo_log", "_yoyo_migration", "_yoyo_version", "yoyo_lock", RESTORING, "catalogue_changes"}
)
#: The text of a value does not depend on anybody's preferences.
SAME_TEXT: Final = (
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL statement_timeout = 0",
)
_LOCK_WITHIN_S: Final = 30.0
_SILENT_AT_MOST_S: Final = 600.0
_ASKED_EVERY_S: Final = 0.1
#: What is gathered before it is handed on.
_PIECE_BYTES: Final = 256 * 1024

#: Not what an extension brought.
_OURS: Final = """c.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                    AND d.deptype = 'e')"""
#: A generated column is made again by its database.
_TABLES: Final = f"""
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE {_OURS} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND NOT c.relname = ANY(%s)
GROUP BY c.relname ORDER BY c.relname"""
_SEQUENCES: Final = f"SELECT c.relname FROM pg_class c WHERE {_OURS} AND c.relkind = 'S' ORDER BY 1"


class MigrationUnderWay(Exception):
    """Somebody changes the tables just now."""


class NoTables(Exception):
    """No Gerai was ever migrated here."""


class TableShape(msgspec.Struct, frozen=True):
    """A table and the columns that are kept, in order."""

    name: str
    columns: tuple[str, ...]


class SequenceValue(msgspec.Struct, frozen=True):
    """Where a sequence stands, as ``setval`` wants it."""

    name: str
    last_value: int
    is_called: bool


class TablesSnapshot:
    """One moment of a database. ``at`` is its own clock."""

    def __init__(self, connection: Connection[Any], tables: tuple[TableShape, ...]) -> None:
        self._connection = connection
        self.tables = tables
        info = connection.info
        self.database, self.server_version = info.dbname, info.server_version
        self.at: datetime = self._now()
        rows = connection.execute("SELECT migration_id FROM _yoyo_migration ORDER BY migration_id").fetchall()
        self.migrations: tuple[str, ...] = tuple(row[0] for row in rows)
        # Sequences do not belong to a snapshot: read after it, each is at least as far as every row in it.
        self.sequences = tuple(self._sequence(row[0]) for row in connection.execute(_SEQUENCES).fetchall())

    def copy_out(self, table: TableShape) -> Iterator[bytes]:
        """The rows in COPY's text format, each with its line end, many at once."""
        columns = SQL(", ").join(map(Identifier, table.columns))
        statement = SQL("COPY {} ({}) TO STDOUT").format(Identifier(table.name), columns)
        # Below the driver, which waits for each row anew: that is most of the time of a large table.
        server = self._connection.pgconn
        begun = server.exec_(statement.as_bytes(self._connection))
        if begun.status != ExecStatus.COPY_OUT:
            raise error_from_result(begun)
        waiting = poll()
        waiting.register(server.socket, POLLIN)
        rows, size = list[memoryview](), 0
        while True:
            length, row = server.get_copy_data(1)
            if length > 0:
                rows.append(row)
                size += length
            elif length == 0:
                waiting.poll()
                server.consume_input()
            if length < 0 or size >= _PIECE_BYTES:
                yield b"".join(rows)
                rows, size = [], 0
            if length < 0:
                break
        while (ended := server.get_result()) is not None:
            if ended.status != ExecStatus.COMMAND_OK:
                raise error_from_result(ended)

    def _sequence(self, name: str) -> SequenceValue:
        row = self._connection.execute(SQL("SELECT last_value, is_called FROM {}").format(Identifier(name))).fetchone()
        assert row is not None
        return SequenceValue(name, row[0], row[1])

    def _now(self) -> datetime:
        row = self._connection.execute("SELECT now()").fetchone()
        assert row is not None
        return row[0]


@contextmanager
def snapshot(dsn: str, limits: DatabaseSettings) -> Generator[TablesSnapshot]:
    """The database as it is now, until the end of the block. Writers are not kept waiting; who wants to migrate is.

    Raises MigrationUnderWay when somebody migrates for longer than half a minute, NoTables, HalfRestored, and
    DatabaseError.
    """
    patient = dataclasses.replace(
        limits, statement_timeout_s=0, lock_timeout_s=_LOCK_WITHIN_S, idle_transaction_timeout_s=_SILENT_AT_MOST_S
    )
    with open_blocking(dsn, patient) as connection:
        _wait_for_migrations(connection)
        require_whole(connection)
        if connection.execute("SELECT to_regclass('_yoyo_migration')").fetchone() == (None,):
            raise NoTables("the database holds no tables of Gerai")
        found = connection.execute(_TABLES, (sorted(NOT_KEPT),)).fetchall()
        tables = tuple(TableShape(name, tuple(columns)) for name, columns in found)
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for setting in SAME_TEXT:
                connection.execute(setting)
            # Before the first question, which is what fixes the moment: nobody rewrites a table in between.
            names = SQL(", ").join(Identifier(table.name) for table in tables)
            if tables:
                connection.execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
            yield TablesSnapshot(connection, tables)


def _wait_for_migrations(connection: Connection[Any]) -> None:
    """Share the lock of the migrations; it ends with the session."""
    until_s = time.monotonic() + _LOCK_WITHIN_S
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock_shared(%s)", (MIGRATING,)).fetchone()
        if row is not None and row[0]:
            return
        if time.monotonic() >= until_s:
            raise MigrationUnderWay("the database is being migrated")
        time.sleep(_ASKED_EVERY_S)
