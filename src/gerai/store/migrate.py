"""Bring a database to the current schema: our migrations in order, what they left to be done, then the job queue's own.

A migration is a folder ``NNNN-name`` with its reason (``why.md``) and its SQL. One process migrates at a time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from procrastinate.schema import SchemaManager
from psycopg import Connection as BlockingConnection
from psycopg.errors import LockNotAvailable
from yoyo import get_backend, read_migrations
from yoyo.backends.base import DatabaseBackend
from yoyo.migrations import Migration, MigrationList

from gerai.settings import DatabaseSettings
from gerai.store.connection import open_blocking
from gerai.store.fill_terms import NAME, fill_terms, is_due
from gerai.store.session import USUAL, limited_url, patient

FOLDER: Final = Path(str(resources.files("gerai.store"))) / "migrations"
#: The number of the lock whoever migrates holds; who needs the tables to stay as they are shares it.
MIGRATING: Final = 4_741_001
#: The table that marks a database a restore has not finished.
RESTORING: Final = "gerai_restoring"
_ASKED_EVERY_S: Final = 0.1
#: A migration that did not get a lock in time is tried so often, with a pause in which all who queued behind it go on.
_TRIES: Final = 60
_AGAIN_AFTER_S: Final = 1.0


class HalfRestored(Exception):
    """A restore into this database was cut off. The text is fit for an operator."""

    def __init__(self) -> None:
        super().__init__("a restore into this database was cut off; run `gerai restore` again, or make an empty one")


def migrate(dsn: str, limits: DatabaseSettings = USUAL, *, only: Collection[str] | None = None) -> list[str]:
    """Apply what is missing; returns the names applied. ``dsn`` is a ``postgresql://`` address. ``only``: these and no
    others, in a database that is being restored.

    DatabaseError when a table stays locked by others for minutes: what was applied before stays, running it again
    goes on from there. HalfRestored without ``only``, when a restore was cut off here.
    """
    longer = patient(limits)
    with open_blocking(dsn, longer) as connection:
        # Processes that start together wait here and then find nothing to do; the session's end lets go, also after a
        # kill. Asked again and again: one long question would be a transaction that the first one's CREATE INDEX
        # CONCURRENTLY waits for, while it waits for the first one.
        while not _is_first(connection):
            time.sleep(_ASKED_EVERY_S)
        if only is None:
            require_whole(connection)
        applied = _ours(dsn, longer, only)
        if only is None or migration_names() <= set(only):
            fill_terms(connection)
        row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NULL").fetchone()
        if row is not None and row[0]:
            connection.execute(SchemaManager.get_schema())
            applied.append("procrastinate")
    return applied


def _is_first(connection: BlockingConnection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (MIGRATING,)).fetchone()
    return row is not None and row[0]


def pending(dsn: str, limits: DatabaseSettings = USUAL) -> list[str]:
    """The names of our migrations that this database lacks, and of what they left to be done. HalfRestored."""
    with open_blocking(dsn, limits) as connection:
        require_whole(connection)
        row = connection.execute("SELECT to_regclass('_yoyo_migration') IS NULL").fetchone()
        if row is not None and row[0]:
            # Asking yoyo would make its tables, and a database that was looked at would not be empty any more.
            return sorted(migration_names())
    backend, migrations = _yoyo(dsn, patient(limits), None)
    try:
        missing = [migration.id for migration in backend.to_apply(migrations)]
    finally:
        backend.connection.close()
    with open_blocking(dsn, limits) as connection:
        return [*missing, NAME] if is_due(connection) else missing


@cache
def migration_names() -> frozenset[str]:
    """The names of all our migrations."""
    return frozenset(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def require_whole(connection: BlockingConnection) -> None:
    """HalfRestored when a restore into this database was cut off."""
    row = connection.execute("SELECT to_regclass(%s) IS NULL", (RESTORING,)).fetchone()
    if row is None or not row[0]:
        raise HalfRestored


def _ours(dsn: str, limits: DatabaseSettings, only: Collection[str] | None) -> list[str]:
    backend, migrations = _yoyo(dsn, limits, only)
    try:
        missing = backend.to_apply(migrations)
        for migration in missing:
            _apply(backend, migration)
        return [migration.id for migration in missing]
    finally:
        backend.connection.close()


def _apply(backend: DatabaseBackend, migration: Migration) -> None:
    """A migration and the note that it was applied are one transaction: whoever is killed in between leaves neither.
    It comes again while others hold what it wants. One that builds indexes beside the work cannot be: it is written to
    be run again from its beginning."""
    migration.load()
    if not migration.use_transactions:
        backend.apply_one(migration)
        return
    for tries in itertools.count(1):
        try:
            with backend.transaction():
                migration.process_steps(backend, "apply")
                backend.mark_one(migration, log=False)
        except LockNotAvailable:
            if tries == _TRIES:
                raise
            time.sleep(_AGAIN_AFTER_S)
        else:
            return


def _yoyo(dsn: str, limits: DatabaseSettings, only: Collection[str] | None) -> tuple[DatabaseBackend, MigrationList]:
    found = [folder for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]
    folders = [str(folder) for folder in found if only is None or folder.name in only]
    url = limited_url(dsn, limits).replace("postgresql://", "postgresql+psycopg://", 1)
    return get_backend(url), read_migrations(*folders)
