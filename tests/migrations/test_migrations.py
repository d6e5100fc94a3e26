"""Migrations: from nothing to the schema that is written down, each with its reason."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row
from yoyo.backends.base import DatabaseBackend

from cluster_kit import empty_database
from gerai.store.check import INVARIANTS
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
    with empty_database() as dsn, ThreadPoolExecutor(2) as pool:
        applied = sorted(pool.map(migrate, [dsn] * 2), key=len)
        assert applied == [[], [*(folder.name for folder in FOLDERS), "procrastinate"]]


def test_a_migration_that_was_cut_off_is_applied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between a migration's SQL and the note that it was applied: neither is there; the next start does both."""

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with empty_database() as dsn:
        with monkeypatch.context() as patched:
            patched.setattr(DatabaseBackend, "mark_one", cut_off)
            with pytest.raises(KeyboardInterrupt):
                migrate(dsn)
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT to_regclass('orders')").fetchone() == (None,)
        assert pending(dsn) == [folder.name for folder in FOLDERS]
        assert migrate(dsn) == [*(folder.name for folder in FOLDERS), "procrastinate"]
        assert pending(dsn) == []


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


@pytest.mark.parametrize("folder", FOLDERS[17:], ids=lambda folder: folder.name)
def test_an_index_is_built_beside_the_work(folder: Path) -> None:
    """Since 0018: an index on a table that was there is built CONCURRENTLY, outside a transaction, so that no order
    waits for it, and an unfinished one of an earlier try is removed first."""
    sql = re.sub(r"--.*", "", (folder / f"{folder.name}.sql").read_text(encoding="utf-8"))
    new_tables = set(re.findall(r"CREATE TABLE (\w+)", sql))
    built = re.findall(r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(\w+)\s+ON (\w+)", sql)
    for beside, index, table in built:
        if table not in new_tables:
            assert beside, index
            assert f"DROP INDEX CONCURRENTLY IF EXISTS {index};" in sql


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


def test_money_that_was_in_wallets_before_deposits_gets_its_own() -> None:
    """0006-deposits: every transfer that had put money into a wallet gets its deposit, and the check agrees."""
    sql = {folder.name: (folder / f"{folder.name}.sql").read_text(encoding="utf-8") for folder in FOLDERS}
    until = [text for name, text in sql.items() if name < "0006-deposits"]
    with empty_database() as dsn, psycopg.connect(dsn, row_factory=dict_row) as connection:
        connection.execute("".join(until))  # type: ignore[arg-type]
        connection.execute(
            "INSERT INTO members VALUES (1, 5, 'production', 'test', 'm', '', '', '', '', '{}', now(), now());"
            "INSERT INTO accounts VALUES (1, 10, 'sandbox', 'wallet', 5, 700, 200, 0, 0, now()),"
            " (1, 11, 'sandbox', 'funding', NULL, 0, 0, 0, 0, now()),"
            " (1, 12, 'sandbox', 'sales', NULL, 0, 0, 0, 0, now());"
            "INSERT INTO transfers VALUES"
            " (1, 20, 'sandbox', 'single', NULL, 11, 10, 700, 'deposit', NULL, NULL, NULL, 700, 'opening', now()),"
            " (1, 21, 'sandbox', 'single', NULL, 10, 12, 200, 'order', 9, NULL, 500, NULL, '', now())"
        )
        connection.execute(sql["0006-deposits"])  # type: ignore[arg-type]
        [deposit] = connection.execute("SELECT * FROM deposits").fetchall()
        [transfer] = connection.execute("SELECT * FROM transfers WHERE reason = 'deposit'").fetchall()
        [credited] = [invariant for invariant in INVARIANTS if invariant.name == "deposits_credited"]
        tables = {"deposits": "deposits", "transfers": "transfers", "accounts": "accounts"}
        assert connection.execute(credited.find.format_map(tables)).fetchall() == []  # type: ignore[arg-type]
    assert (deposit["public_id"], deposit["channel"], deposit["member_id"]) == ("manual-20", "test", 5)
    assert (deposit["account_id"], deposit["amount_sen"], deposit["pay_sen"]) == (10, 700, 700)
    assert (deposit["status"], deposit["method"], deposit["note"]) == ("succeeded", "manual", "opening")
    assert (deposit["transfer_id"], deposit["completed_at"]) == (20, transfer["created_at"])
    assert len(deposit["secret"]) == 64
