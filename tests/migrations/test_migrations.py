"""Migrations: from nothing to the schema that is written down, each with its reason."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from yoyo.backends.base import DatabaseBackend

from gerai.store.embedded import scratch
from gerai.store.migrate import FOLDER, migrate, pending
from gerai.store.schema import FILE, dump

FOLDERS = sorted(folder for folder in FOLDER.iterdir() if folder.is_dir())


def test_all_migrations_add_up_to_schema_sql() -> None:
    """Migrating from empty gives what schema.sql says; a second run applies nothing and changes nothing.

    When this fails after a new migration: `python -m gerai.store.schema`, and look at what changed.
    """
    with scratch() as server:
        applied = migrate(server.dsn)
        assert applied == [*(folder.name for folder in FOLDERS), "procrastinate"]
        written = FILE.read_text(encoding="utf-8")
        assert dump(server) == written
        assert migrate(server.dsn) == []
        assert dump(server) == written


def test_two_processes_may_migrate_at_once() -> None:
    """One of them does it all; the other waits and then finds nothing to do."""
    with scratch() as server, ThreadPoolExecutor(2) as pool:
        applied = sorted(pool.map(migrate, [server.dsn] * 2), key=len)
        assert applied == [[], [*(folder.name for folder in FOLDERS), "procrastinate"]]


def test_a_migration_that_was_cut_off_is_applied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between a migration's SQL and the note that it was applied: neither is there; the next start does both."""

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with scratch() as server:
        with monkeypatch.context() as patched:
            patched.setattr(DatabaseBackend, "mark_one", cut_off)
            with pytest.raises(KeyboardInterrupt):
                migrate(server.dsn)
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SELECT to_regclass('orders')").fetchone() == (None,)
        assert pending(server.dsn) == [folder.name for folder in FOLDERS]
        assert migrate(server.dsn) == [*(folder.name for folder in FOLDERS), "procrastinate"]
        assert pending(server.dsn) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_migration_tells_its_reason(folder: Path) -> None:
    """A migration is a numbered folder with SQL of its own name and a why.md of more than a heading."""
    assert re.fullmatch(r"\d{4}-[a-z]+(-[a-z]+)*", folder.name)
    why = (folder / "why.md").read_text(encoding="utf-8")
    assert why.startswith("# ")
    assert len(why.partition("\n")[2].split()) >= 20
    sql = (folder / f"{folder.name}.sql").read_text(encoding="utf-8")
    assert sql.startswith("-- depends:")
    assert {file.name for file in folder.iterdir() if file.is_file()} <= {
        "why.md",
        f"{folder.name}.sql",
        f"{folder.name}.rollback.sql",
    }


def test_migrations_are_numbered_without_gaps_and_depend_on_earlier_ones() -> None:
    """0001, 0002, …; a migration names what it stands on, and that comes before it."""
    assert [int(folder.name[:4]) for folder in FOLDERS] == list(range(1, len(FOLDERS) + 1))
    for number, folder in enumerate(FOLDERS):
        first_line = (folder / f"{folder.name}.sql").read_text(encoding="utf-8").splitlines()[0]
        wanted = first_line.removeprefix("-- depends:").split()
        earlier = [before.name for before in FOLDERS[:number]]
        assert set(wanted) <= set(earlier)
        assert bool(wanted) == (number > 0)


def test_every_key_begins_with_the_merchant(dsn: str) -> None:
    """Primary, unique and foreign keys of all tables begin with merchant_id, so that tables can be distributed by it.

    A merchant's code is the one exception: it is how a merchant is found. Unique indexes count too.
    """
    text = """
        SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
        WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace AND a.attname <> 'merchant_id'
          AND c.relname NOT LIKE 'procrastinate%' AND c.relname NOT LIKE '%yoyo%'"""
    foreign = """
        SELECT k.conrelid::regclass::text, k.conname
        FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
          AND k.conrelid::regclass::text NOT LIKE 'procrastinate%'
          AND (a.attname <> 'merchant_id' OR b.attname <> 'merchant_id')"""
    with psycopg.connect(dsn) as connection:
        unique = connection.execute(text).fetchall()
        assert [row[1] for row in unique] == ["merchants_code_key"]
        assert connection.execute(foreign).fetchall() == []
