"""What is backed up comes back: every row, every sequence, every rule of the schema, from one moment."""

from __future__ import annotations

import io
import subprocess
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from backup_kit import PASSPHRASE, backed_up, content, tables

from gerai.backup.read import BackupReader
from gerai.backup.restore import restore_database
from gerai.backup.write import write_backup
from gerai.settings import DatabaseSettings
from gerai.store.backup_tables import NOT_KEPT
from gerai.store.check import INVARIANTS
from gerai.store.embedded import EmbeddedPostgres
from gerai.store.invariant import Invariant
from gerai.store.migrate import RESTORING, migrate

Empty = Callable[[], str]


def no_step(_: str) -> None: ...


def test_no_table_is_left_out(shop_dsn: str, plain_backup: bytes) -> None:
    """Every table and sequence that the server's catalogue names after all migrations is in the backup, but the notes
    of the migrations themselves, each of which is there; and so is the shop."""
    reader = BackupReader(io.BytesIO(plain_backup))
    tail = reader.verify()
    with psycopg.connect(shop_dsn) as connection:
        there = tables(connection)
        sequences = {row[0] for row in connection.execute("SELECT sequencename FROM pg_sequences").fetchall()}
    assert {table.name for table in reader.head.tables} == there - NOT_KEPT
    assert NOT_KEPT - there == {RESTORING}
    assert {sequence.name for sequence in reader.head.sequences} == sequences
    for name in ("orders", "transfers", "events", "idempotency_keys", "api_keys", "procrastinate_jobs", "payments"):
        assert tail.tables[name].rows > 0, name


@pytest.mark.parametrize("failure", [psycopg.errors.NumericValueOutOfRange("bigint out of range"), ValueError("odd")])
def test_what_cannot_be_checked_is_there_all_the_same(
    shop_dsn: str, plain_backup: bytes, empty_database: Empty, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """The check at the end breaks: everything is restored and may be served, with the reason, and books that were not
    checked do not count as good."""

    async def broken(_: str) -> None:
        raise failure

    monkeypatch.setattr("gerai.backup.restore.examine_database", broken)
    target = empty_database()
    restored = restore_database(io.BytesIO(plain_backup), "", target, no_step)
    assert content(target) == content(shop_dsn)
    assert migrate(target) == []
    assert (restored.violations, restored.unchecked, restored.books_hold) == ([], [str(failure)], False)


def test_one_invariant_that_cannot_be_checked_is_named(
    plain_backup: bytes, empty_database: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are checked, and all is there."""
    impossible = Invariant("impossible", "One is divided", "SELECT 1 / count(*) FROM {orders} WHERE false")
    monkeypatch.setattr("gerai.store.check.INVARIANTS", (impossible, *INVARIANTS))
    restored = restore_database(io.BytesIO(plain_backup), "", empty_database(), no_step)
    assert (restored.violations, restored.unchecked) == ([], ["impossible: division by zero"])
    assert not restored.books_hold


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_everything_comes_back(shop_dsn: str, empty_database: Empty, passphrase: str) -> None:
    """Rows of all tables (jobs that wait among them), sequences, indexes, constraints and triggers are as they were;
    the books hold, and what the data folder had beside its database is in the backup."""
    before, target = content(shop_dsn), empty_database()
    made = backed_up(shop_dsn, passphrase, seal_key=b"the key", demo_json=b"{}")
    steps: list[str] = []
    restored = restore_database(io.BytesIO(made), passphrase, target, steps.append)
    assert content(target) == before
    assert (restored.violations, restored.migrated) == ([], [])
    assert restored.files == {"seal.key": b"the key", "demo.json": b"{}"}
    assert steps[-1] == "checking the books"
    assert migrate(target) == []
    if passphrase:
        assert b"the key" not in made
        assert b"orders" not in made


def test_an_owner_who_is_no_superuser_may_restore(shop_dsn: str, plain_backup: bytes, empty_database: Empty) -> None:
    """As on a managed PostgreSQL: the role owns its database and nothing more."""
    target = empty_database()
    name = target.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(shop_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE seller LOGIN PASSWORD 'seller'")
        connection.execute(f"ALTER DATABASE {name} OWNER TO seller")  # type: ignore[arg-type]
    parts = psycopg.conninfo.conninfo_to_dict(target)
    mine = f"postgresql://seller:seller@/{name}?host={parts['host']}"
    try:
        restore_database(io.BytesIO(plain_backup), "", mine, no_step)
        assert content(target) == content(shop_dsn)
        with psycopg.connect(mine) as connection:
            assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (
                False,
            )
    finally:
        with psycopg.connect(shop_dsn, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
            connection.execute("DROP ROLE seller")
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]


def test_a_row_larger_than_a_part(empty_database: Empty) -> None:
    """What a payer sent may be 5 MiB, more than one part of a backup holds: it comes back to the byte."""
    before, after = empty_database(), empty_database()
    migrate(before)
    with psycopg.connect(before, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO payment_proofs SELECT 1, n, 1, sha256(n::text::bytea), 'image/png', 5242880, now(), "
            "decode(repeat(n || '0ff5c0a', 1310720), 'hex') FROM generate_series(1, 2) n"
        )
    restore_database(io.BytesIO(backed_up(before)), "", after, no_step)
    assert content(after) == content(before)
    with psycopg.connect(after) as connection:
        kept = connection.execute("SELECT substr(content, 5242877) FROM payment_proofs ORDER BY proof_id").fetchall()
    assert kept == [(b"\x10\xff\x5c\x0a",), (b"\x20\xff\x5c\x0a",)]


def test_it_is_one_moment_and_keeps_no_writer_waiting(shop_dsn: str, empty_database: Empty) -> None:
    """Somebody writes two tables in each transaction while the backup is read: it holds as many rows of the one as of
    the other, and no write waited for it."""
    target = empty_database()
    migrate(target)
    stop, began = threading.Event(), threading.Event()

    def write() -> None:
        with psycopg.connect(target, autocommit=True) as connection:
            connection.execute("SET lock_timeout = '500ms'")
            number = 0
            while not stop.is_set():
                number += 1
                with connection.transaction():
                    connection.execute(
                        "INSERT INTO merchants (merchant_id, code, name) VALUES (%s, %s, '')", (number, f"m{number}")
                    )
                    connection.execute("INSERT INTO stock VALUES (%s, 1, 'production', 1, 1, 0, 0, now())", (number,))
                if number == 50:
                    began.set()

    writing = threading.Thread(target=write)
    writing.start()
    began.wait(20)
    slow = _Slow()
    write_backup(DatabaseSettings(url=target), slow)
    at_end = _count(target, "stock")
    stop.set()
    writing.join()
    slow.seek(0)
    tail = BackupReader(slow).verify()
    assert 50 <= tail.tables["merchants"].rows == tail.tables["stock"].rows < at_end
    assert tail.tables["merchants"].rows < _count(target, "stock")


class _Slow(io.BytesIO):
    """Takes its time, so that others write meanwhile."""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        threading.Event().wait(0.005)
        return super().write(data)


def _count(dsn: str, table: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_usual_tools_read_it(shop_dsn: str, plain_backup: bytes, tmp_path: Path) -> None:
    """Without Gerai: tar unpacks it, zcat gives each table as the text that COPY of any PostgreSQL reads."""
    with tarfile.open(fileobj=io.BytesIO(plain_backup)) as archive:
        archive.extractall(tmp_path, filter="data")
    parts = sorted((tmp_path / "tables" / "merchants").iterdir())
    text = subprocess.run(["zcat", *map(str, parts)], capture_output=True, check=True).stdout
    with psycopg.connect(shop_dsn) as connection:
        [(code,)] = connection.execute("SELECT code FROM merchants").fetchall()
    assert code.encode() in text


def test_large_tables_come_in_parts(shop_dsn: str, empty_database: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of many parts, whose rows and parts do not end together, comes back the same."""
    monkeypatch.setattr("gerai.backup.write.PART_BYTES", 1000)
    made, target = backed_up(shop_dsn), empty_database()
    with tarfile.open(fileobj=io.BytesIO(made)) as archive:
        names = archive.getnames()
    assert sum(name.startswith("tables/events/") for name in names) > 3
    restore_database(io.BytesIO(made), "", target, no_step)
    assert content(target) == content(shop_dsn)


def test_work_that_waited_goes_on_and_ids_do_not_come_again(
    shop_server: EmbeddedPostgres, plain_backup: bytes, empty_database: Empty
) -> None:
    """The restored database gives out ids and event numbers above all that it holds."""
    target = empty_database()
    restore_database(io.BytesIO(plain_backup), "", target, no_step)
    with psycopg.connect(target, autocommit=True) as connection:
        [(block,)] = connection.execute("SELECT nextval('gerai_ids')").fetchall()
        [(largest,)] = connection.execute("SELECT max(order_id) FROM orders").fetchall()
        [(event,)] = connection.execute("SELECT nextval('events_event_id_seq')").fetchall()
        [(last,)] = connection.execute("SELECT max(event_id) FROM events").fetchall()
        [(jobs,)] = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'").fetchall()
    assert largest <= (block - 1) * 1000
    assert event > last
    assert jobs > 0
