"""Bring a database to the current schema: our migrations in order, then the job queue's own.

A migration is a folder ``NNNN-name`` with its reason (``why.md``) and its SQL. One process migrates at a time.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

import psycopg
from procrastinate.schema import SchemaManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from yoyo import get_backend, read_migrations

FOLDER: Final = Path(str(resources.files("gerai.store"))) / "migrations"
#: Any number; only our own processes take this lock.
_LOCK: Final = 4_741_001


def migrate(dsn: str) -> list[str]:
    """Apply what is missing; answers the names applied. ``dsn`` is a ``postgresql://`` address."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        applied = _ours(dsn)
        row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NULL").fetchone()
        if row is not None and row[0]:
            _queue(dsn)
            applied.append("procrastinate")
    return applied


def _ours(dsn: str) -> list[str]:
    backend = get_backend(dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    migrations = read_migrations(*(str(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()))
    pending = backend.to_apply(migrations)
    backend.apply_migrations(pending)
    return [migration.id for migration in pending]


def _queue(dsn: str) -> None:
    connector = SyncPsycopgConnector(conninfo=dsn)
    connector.open()
    try:
        SchemaManager(connector).apply_schema()
    finally:
        connector.close()
