"""Rows brought back into a database that was empty: in one transaction, without indexes and foreign keys until all of
them are there. Needs no more rights than an owner of tables has."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from gerai.store.backup_tables import SAME_TEXT, SequenceValue, TableShape
from gerai.store.conditions import query
from gerai.store.connection import DatabaseError, open_blocking
from gerai.store.migrate import RESTORING
from gerai.store.session import USUAL, unhurried

#: Any number; whoever restores holds this lock.
RESTORES: Final = 4_741_004
#: Enough to sort an index of a few million rows in memory.
_SORTING: Final = "SET LOCAL maintenance_work_mem = '256MB'"
_NOT_OF_AN_EXTENSION: Final = """NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = {0}.tableoid AND d.objid = {0}.oid AND d.deptype = 'e')"""
_RELATIONS: Final = f"""
SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_NOT_OF_AN_EXTENSION.format("c")} ORDER BY 1"""
_FOREIGN_KEYS: Final = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace ORDER BY 1, 2"""
#: Those of primary keys and unique constraints stay: they are what makes a row given twice an error.
_INDEXES: Final = """
SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE i.relnamespace = current_schema()::regnamespace AND NOT x.indisprimary
AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) ORDER BY 1"""
_TRIGGERS: Final = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"""
_DROP: Final = (
    ("TABLE", "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {} AND {}", "c"),
    ("SEQUENCE", "SELECT c.relname FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = {} AND {}", "c"),
    ("ROUTINE", "SELECT DISTINCT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = {} AND {}", "p"),
    ("TYPE", "SELECT t.typname FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid "
     "WHERE t.typnamespace = {} AND {} AND (t.typtype = 'e' OR c.relkind = 'c')", "t"),
)  # fmt: skip


class NotEmpty(Exception):
    """There is something in the database already; ``tables`` names the first of it."""

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__(f"the database is not empty: it holds {', '.join(tables)}")


class AnotherRestore(Exception):
    """Somebody restores into this database already."""

    def __init__(self) -> None:
        super().__init__("another restore is filling this database just now")


@contextmanager
def alone(dsn: str) -> Generator[None]:
    """Until the end of the block nobody else restores into this database: a mark of theirs is of a restore that was cut
    off. AnotherRestore, DatabaseError."""
    connection = open_blocking(dsn, unhurried(USUAL))
    try:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (RESTORES,)).fetchone()
        if row is None or not row[0]:
            raise AnotherRestore
        yield
    finally:
        # At once: the server takes a moment to see that a session has ended.
        with contextlib.suppress(DatabaseError):
            connection.execute("SELECT pg_advisory_unlock_all()")
        connection.close()


def begin(dsn: str) -> None:
    """Mark an empty database as one that is being filled; what an earlier restore left in it, cut off, is removed.
    NotEmpty otherwise, and nothing is changed."""
    with open_blocking(dsn, unhurried(USUAL)) as connection, connection.transaction():
        names = [row[0] for row in connection.execute(_RELATIONS).fetchall()]
        if names and RESTORING not in names:
            raise NotEmpty(names[:3])
        _drop_everything(connection)
        connection.execute(SQL("CREATE TABLE {} (begun_at timestamptz NOT NULL)").format(Identifier(RESTORING)))
        connection.execute(SQL("INSERT INTO {} VALUES (now())").format(Identifier(RESTORING)))


def hand_over(dsn: str) -> None:
    """Take the mark away: the database is whole."""
    with open_blocking(dsn, unhurried(USUAL)) as connection:
        connection.execute(SQL("DROP TABLE {}").format(Identifier(RESTORING)))


def give_up(dsn: str) -> None:
    """Make a marked database empty again."""
    with open_blocking(dsn, unhurried(USUAL)) as connection, connection.transaction():
        if RESTORING in [row[0] for row in connection.execute(_RELATIONS).fetchall()]:
            _drop_everything(connection)


class Loading:
    """A transaction that brings rows back; they are there when it ends well."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def load(self, table: TableShape, data: Iterable[bytes]) -> int:
        """Bring a table's rows back, in COPY's text format; returns how many."""
        columns = SQL(", ").join(map(Identifier, table.columns))
        into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), columns)
        with self._connection.cursor() as cursor:
            with cursor.copy(into) as copy:
                for part in data:
                    copy.write(part)
            return cursor.rowcount

    def set_sequences(self, values: Iterable[SequenceValue]) -> None:
        """Let sequences go on where they stood."""
        for value in values:
            name = SQL("quote_ident({})").format(Literal(value.name))
            setval = SQL("SELECT setval({}::regclass, {}, {})")
            self._connection.execute(setval.format(name, Literal(value.last_value), Literal(value.is_called)))


@contextmanager
def loading(dsn: str) -> Generator[Loading]:
    """Bring rows back into migrated, empty tables; all of them or, with an error in the block, none. Indexes and
    foreign keys are made again at the end, which is also their check. DatabaseError."""
    with open_blocking(dsn, unhurried(USUAL)) as connection, connection.transaction():
        for setting in (*SAME_TEXT, _SORTING):
            connection.execute(setting)
        keys, indexes = connection.execute(_FOREIGN_KEYS).fetchall(), connection.execute(_INDEXES).fetchall()
        triggers = [row[0] for row in connection.execute(_TRIGGERS).fetchall()]
        for table, name, _ in keys:
            _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", Identifier(table), Identifier(name))
        for name, _ in indexes:
            _run(connection, "DROP INDEX {}", Identifier(name))
        # Those of the job queue would note again what its tables hold already.
        for table in triggers:
            _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", Identifier(table))
        yield Loading(connection)
        for table in triggers:
            _run(connection, "ALTER TABLE {} ENABLE TRIGGER USER", Identifier(table))
        for _, definition in indexes:
            connection.execute(query(definition))
        for table, name, definition in keys:
            _run(connection, "ALTER TABLE {} ADD CONSTRAINT {} " + definition, Identifier(table), Identifier(name))
        connection.execute("ANALYZE")


def _drop_everything(connection: Connection[Any]) -> None:
    """Of this schema; what extensions brought stays."""
    for kind, find, alias in _DROP:
        text = find.format("current_schema()::regnamespace", _NOT_OF_AN_EXTENSION.format(alias))
        for (name,) in connection.execute(query(text)).fetchall():
            # A routine's name comes quoted, with its arguments.
            named = query(name) if kind == "ROUTINE" else Identifier(name)
            _run(connection, f"DROP {kind} IF EXISTS {{}} CASCADE", named)


def _run(connection: Connection[Any], text: str, *names: Composable) -> None:
    connection.execute(query(text).format(*names))
