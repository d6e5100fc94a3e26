"""`gerai check` tells whether the books are right, and keeps what it found for the metrics."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator

import psycopg
import pytest

import fork_server
from cluster_kit import migrated_scratch
from gerai.store.check import INVARIANTS


@pytest.fixture(scope="module")
def own_dsn() -> Generator[str]:
    """A database with one merchant whose stock is promised to nobody."""
    with migrated_scratch() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("INSERT INTO stock VALUES (1, 5, 'production', 5, 1, 9, 2, now())")
        yield server.dsn


def check(dsn: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GERAI_")}
    return fork_server.run(["check"], kept | {"DATABASE_URL": dsn})


def test_the_result_is_kept(own_dsn: str) -> None:
    """Exit 1 for broken books, the rows are shown, and every invariant has its result."""
    done = check(own_dsn)
    assert done.returncode == 1, done.stderr
    assert "stock_id=5" in done.stdout
    with psycopg.connect(own_dsn) as connection:
        text = "SELECT invariant, broken_rows FROM book_checks WHERE checked_at > now() - interval '1 minute'"
        kept = dict(connection.execute(text).fetchall())
    assert kept == {invariant.name: int(invariant.name == "stock_reserved") for invariant in INVARIANTS}


def test_what_cannot_be_checked_is_named(own_dsn: str) -> None:
    """A table that is not there (as a database may refuse any question): exit 1 with the reason, and every invariant
    that does not ask it has its result all the same."""
    with psycopg.connect(own_dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE shipments RENAME COLUMN receipt TO nothing")
        done = check(own_dsn)
        connection.execute("ALTER TABLE shipments RENAME COLUMN nothing TO receipt")
    assert done.returncode == 1
    said = "shipment_follows_order could not be checked: column s.receipt does not exist"
    assert said in " ".join(done.stderr.split())
    verdicts = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert (verdicts.count("not checked"), verdicts.count("broken")) == (1, 1)
    assert verdicts.count("holds") == len(INVARIANTS) - 2
    assert "stock_id=5" in done.stdout


def test_a_result_that_cannot_be_kept_is_told_all_the_same(own_dsn: str) -> None:
    """On a database that may only be read the answer is the same, with a line about what was not recorded."""
    with psycopg.connect(own_dsn, autocommit=True) as connection:
        connection.execute("DELETE FROM book_checks")
    reading = f"{own_dsn}&options=-c%20default_transaction_read_only%3Don"
    done = check(reading)
    assert done.returncode == 1
    assert "stock_id=5" in done.stdout
    assert "the result is not recorded: cannot execute" in done.stderr
    assert "Traceback" not in done.stderr
    with psycopg.connect(own_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM book_checks").fetchone() == (0,)
