"""Every migration since 0018 is applied to a shop that is open: no write waits for it, at any size of the shop."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest

from gerai.settings import DatabaseSettings
from gerai.store.connection import DatabaseError
from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.migrate import FOLDER, migrate

NAMES = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
SINCE_0018 = NAMES[17:]
_LIMITS = DatabaseSettings(migration_lock_timeout_s=0.3)
_FILL = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'open', 'Open shop');
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at)
SELECT 1, n, 'production', 'test', 'o' || n, 'n' || n, 's' || n, 'pending', 'invoice', 'IDR', 500, 0, 0, '', '',
    'start', '{}', now(), now() FROM generate_series(1, 5000) n;
INSERT INTO invoices SELECT 1, n, 'production', n, 'n' || n, 'open', 500, '', NULL, NULL, now()
FROM generate_series(1, 5000) n;
INSERT INTO members (merchant_id, member_id, environment, channel, public_id, name, email, mobile, reference, details,
    created_at, updated_at)
SELECT 1, n, 'production', 'test', 'm' || n, 'Ani ' || n, 'a' || n || '@example.com', '', '', '{}', now(), now()
FROM generate_series(1, 1000) n;
"""
#: What an open shop does all the time; each changes or adds a row.
_WORK = (
    "UPDATE orders SET updated_at = now() WHERE order_id = 1 + {n} % 5000",
    "INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, "
    "currency, total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, "
    "updated_at) VALUES (1, 10000 + {n}, 'production', 'test', 'p{n}', 'p{n}', 'p{n}', 'pending', 'invoice', 'IDR', "
    "500, 0, 0, '', '', 'start', '{{}}', now(), now())",
    "UPDATE invoices SET due_at = now() WHERE invoice_id = 1 + {n} % 5000",
    "UPDATE members SET updated_at = now() WHERE member_id = 1 + {n} % 1000",
    "INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at) "
    "VALUES (1, 'production', {n}, 'note', '{{}}', now())",
    "INSERT INTO idempotency_keys VALUES (1, 'production', 'm', 'o', 'k{n}', '', '', now())",
    "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('q', 't')",
    "SELECT count(*) FROM orders WHERE merchant_id = 1 AND order_id = {n}",
)


@pytest.fixture(scope="module")
def server() -> Generator[EmbeddedPostgres]:
    """For a database of each migration."""
    with scratch() as found:
        yield found


@pytest.mark.parametrize("name", SINCE_0018)
def test_the_shop_stays_open(server: EmbeddedPostgres, name: str) -> None:
    """Somebody looks at the books for a while when it begins, as a check does. No statement of the shop takes a second
    until it is applied, and no unfinished index is left. One that builds indexes waits for whoever looks and ends by
    itself; any other may give up waiting for a lock, and be run again."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    dsn = server.dsn.replace("/gerai?", f"/{name}?")
    before = NAMES[: NAMES.index(name)]
    migrate(dsn, only=before)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_FILL)
    ended, tries = Event(), list[int]()

    def migrating() -> list[str]:
        while True:
            tries.append(1)
            try:
                return migrate(dsn, _LIMITS, only=[*before, name])
            except DatabaseError as error:
                if "lock timeout" not in str(error):
                    raise

    with (
        psycopg.connect(dsn) as looking,
        psycopg.connect(dsn, autocommit=True) as connection,
        ThreadPoolExecutor(1) as pool,
    ):
        looking.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        looking.execute("SELECT count(*) FROM orders, members")
        applied = pool.submit(migrating)
        applied.add_done_callback(lambda _: ended.set())
        longest_s, n, until = 0.0, 0, time.monotonic() + 1
        while time.monotonic() < until or not ended.is_set():
            n += 1
            longest_s = max(longest_s, _work(connection, n))
            if time.monotonic() > until and not looking.closed:
                looking.close()
        assert applied.result() == [name]
    sql = (FOLDER / name / f"{name}.sql").read_text(encoding="utf-8")
    assert len(tries) == 1 or "transactional: false" not in sql
    assert longest_s < 2
    assert n > 10
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)


def _work(connection: psycopg.Connection[Any], n: int) -> float:
    """One round of the shop's work; how long its longest statement took."""
    longest_s = 0.0
    for statement in _WORK:
        began_s = time.monotonic()
        connection.execute(statement.format(n=n))  # type: ignore[arg-type]
        longest_s = max(longest_s, time.monotonic() - began_s)
    return longest_s


#: What reads or writes every row under a lock others wait for: seconds at two million rows, however short it is here.
_TAKES_AS_LONG_AS_THE_TABLE = {
    "a column's type is changed": r"ALTER\s+COLUMN\s+\w+\s+(?:SET\s+DATA\s+)?TYPE\b",
    "NOT NULL is checked for every row": r"ALTER\s+COLUMN\s+\w+\s+SET\s+NOT\s+NULL",
    "a constraint is checked for every row":
        r"ADD\s+(?:CONSTRAINT\s+\w+\s+)?(?:CHECK|FOREIGN\s+KEY)\b(?![^;]*NOT\s+VALID)",
    "an index is built": r"ADD\s+(?:CONSTRAINT\s+\w+\s+)?(?:UNIQUE|PRIMARY\s+KEY|EXCLUDE)\b(?![^;]*USING\s+INDEX)",
    "a generated column is written": r"ADD\s+COLUMN\b[^;]*GENERATED\s+ALWAYS\s+AS",
    "a column is filled row by row":
        r"ADD\s+COLUMN\b[^;]*DEFAULT\s+(?:clock_timestamp|gen_random_uuid|nextval|random)\b",
    "the table is written anew": r"\b(?:VACUUM\s+FULL|CLUSTER|SET\s+(?:UN)?LOGGED|SET\s+TABLESPACE)\b",
}  # fmt: skip


def _slow(sql: str) -> list[str]:
    """What of a migration takes as long as a table that was there before is large."""
    found: list[str] = []
    new = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", sql))
    transactional = "transactional: false" not in sql
    text = re.sub(r"--.*", "", sql)
    for statement in text.split(";"):
        about = re.search(
            r"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\w+)|UPDATE (\w+)|DELETE FROM (\w+)|INSERT INTO (\w+)", statement
        )
        table = next((name for name in about.groups() if name), "") if about else ""
        if table in new:
            continue
        found += [why for why, pattern in _TAKES_AS_LONG_AS_THE_TABLE.items() if re.search(pattern, statement, re.I)]
        if transactional and re.search(r"\b(?:UPDATE|DELETE FROM) \w+", statement):
            found.append("rows are changed in one transaction")
    return found


@pytest.mark.parametrize("name", SINCE_0018)
def test_nothing_in_it_grows_with_the_shop(name: str) -> None:
    """At 5,000 rows every statement is short; those that are not at two million are known by their words."""
    assert _slow((Path(FOLDER) / name / f"{name}.sql").read_text(encoding="utf-8")) == []


def test_such_statements_are_seen() -> None:
    """The rule above would notice each of these, and lets the careful forms pass."""
    for wrong in (
        "ALTER TABLE orders ALTER COLUMN number TYPE varchar(9)", "ALTER TABLE orders ALTER COLUMN number SET NOT NULL",
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total_sen > 0)", "ALTER TABLE orders ADD UNIQUE (number)",
        "ALTER TABLE orders ADD COLUMN t tsvector GENERATED ALWAYS AS (to_tsvector(number)) STORED",
        "ALTER TABLE orders ADD COLUMN u uuid DEFAULT gen_random_uuid()", "UPDATE orders SET number = ''",
        "ALTER TABLE orders ADD FOREIGN KEY (merchant_id) REFERENCES merchants", "DELETE FROM events WHERE true",
    ):  # fmt: skip
        assert _slow(wrong), wrong
    for right in (
        "ALTER TABLE orders ADD COLUMN a text NOT NULL DEFAULT ''",
        "CREATE TABLE t (a int); ALTER TABLE t ADD UNIQUE (a)",
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total_sen > 0) NOT VALID",
        "ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX u", "CREATE TABLE t (a int CHECK (a > 0))",
        "-- transactional: false\nUPDATE orders SET number = '' WHERE order_id < 1000",
    ):  # fmt: skip
        assert _slow(right) == [], right
