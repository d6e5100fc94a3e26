"""A database of an earlier version with rows in it, brought up to date."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from cluster_kit import empty_database
from gerai.engine.check import Violation, check
from gerai.store import migrate as migrating
from gerai.store.migrate import FOLDER, migrate

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Upgraded:
    """The database after all migrations."""

    dsn: str
    connection: Connection

    def rows(self, text: str) -> list[Any]:
        return self.connection.execute(text).fetchall()  # type: ignore[arg-type]

    def violations(self) -> list[Violation]:
        """Every invariant that does not hold."""
        return asyncio.run(self._check())

    async def _check(self) -> list[Violation]:
        async with AsyncConnectionPool(
            self.dsn, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}
        ) as pool:
            return await check(pool)


def migrate_until(dsn: str, before: str) -> None:
    """Apply the migrations that come before the one whose name ends so."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        names = sorted(migration.name for migration in FOLDER.iterdir() if migration.is_dir())
        assert any(name.endswith(before) for name in names), before
        for name in names:
            if name.endswith(before):
                break
            shutil.copytree(FOLDER / name, Path(folder) / name)
        patched.setattr(migrating, "FOLDER", Path(folder))
        migrate(dsn)


@contextmanager
def upgraded(before: str, fill: str | Callable[[Connection], None]) -> Generator[Upgraded]:
    """A database that was filled (with SQL, or by a function) when ``before`` was the next migration, and then
    upgraded."""
    with empty_database() as dsn:
        migrate_until(dsn, before)
        with psycopg.connect(dsn, autocommit=True) as connection:
            if callable(fill):
                fill(connection)
            else:
                connection.execute(fill)  # type: ignore[arg-type]
        # The job queue's own tables were made by the first run.
        assert "procrastinate" not in migrate(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield Upgraded(dsn, connection)
