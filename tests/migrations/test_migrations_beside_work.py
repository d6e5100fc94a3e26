"""A migration is applied to a shop that is open: what is in it does not grow with the shop.

That it keeps nobody waiting is shown by the torture ``migrations`` (``tests/outages``), at two million orders by
``gerai torture --only migrations --long``.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cluster_kit import empty_database
from gerai.store.migrate import FOLDER, migrate
from gerai.torture.migrations import Beside, fill, later_migrations

SINCE_0018 = later_migrations()

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


def test_a_lock_of_somebody_is_waited_for_in_short_pieces() -> None:
    """Somebody reads orders in one transaction, and a migration wants the whole table, twice in vain: it is applied
    once that has ended, without being run again, and no order waits for it longer than its one wait."""
    names = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
    wanted = names.index("0012-order-labels")
    with empty_database() as dsn, psycopg.connect(dsn) as reader, ThreadPoolExecutor(1) as pool:
        migrate(dsn, only=names[:wanted])
        reader.execute("SELECT count(*) FROM orders")
        began_s = time.monotonic()
        applied = pool.submit(migrate, dsn, only=names[: wanted + 1])
        slowest_s, waited = 0.0, 0
        with psycopg.connect(dsn, autocommit=True) as writer:
            while not applied.done():
                before_s = time.monotonic()
                writer.execute("UPDATE orders SET updated_at = now() WHERE order_id = 1")
                took_s = time.monotonic() - before_s
                slowest_s, waited = max(slowest_s, took_s), waited + (took_s > 0.3)
                if waited >= 2 or time.monotonic() - began_s > 60:
                    reader.close()
        assert applied.result() == [names[wanted]]
    # It stood in the way, and more than once: otherwise this shows nothing.
    assert waited >= 2
    assert slowest_s < 3


def test_a_lock_that_others_wait_for_is_seen() -> None:
    """Half a second of a lock on a table of the shop is noticed as that, by its table and mode, and so is the statement
    that waited; a lock that lets everybody work is none."""
    with empty_database() as dsn, psycopg.connect(dsn) as holder:
        fill(dsn, sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()), 100)
        holder.execute("LOCK TABLE payments IN SHARE UPDATE EXCLUSIVE MODE")
        with Beside(dsn, 100, 0) as beside:
            time.sleep(0.3)
            holder.execute("LOCK TABLE invoices IN SHARE MODE")
            time.sleep(0.5)
            holder.rollback()
    assert beside.faults == []
    assert set(beside.held_s) == {("invoices", "ShareLock")}
    assert beside.held_s["invoices", "ShareLock"] > 0.2
    assert beside.slowest_s > 0.2
