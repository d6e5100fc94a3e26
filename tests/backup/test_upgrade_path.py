"""A backup of an earlier version is restored as it was, and then brought up to date."""

from __future__ import annotations

import io
from collections.abc import Callable

import psycopg
import pytest
from backup_kit import backed_up, content
from typer.testing import CliRunner

from gerai.backup.restore import restore_database
from gerai.cli import build
from gerai.store.embedded_host import EmbeddedError
from gerai.store.migrate import migrate, migration_names

Empty = Callable[[], str]
NAMES = sorted(migration_names())

_OLD_SHOP = """
INSERT INTO merchants (merchant_id, code, name) VALUES (1, 'old', 'Old shop');
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at)
VALUES (1, 900, 'production', 'test', 'o', 'n', 's', 'expired', 'invoice', 'IDR', 500000, 0, 0, '', '', 'start', '{}',
    now(), now());
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
VALUES (1, 'production', 900, 'order.placed', '{"status": "pending"}', now()),
       (1, 'production', 900, 'order.expired', '{"status": "expired", "was": "pending"}', now());
INSERT INTO invoices VALUES (1, 900, 'production', 900, 'n', 'expired', 500000, '', NULL, NULL, now());
INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method, channel_code,
    status,
    amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at, updated_at, completed_at)
VALUES (1, 901, 'production', 900, 900, 'p', 'va', '', 'late', 500000, 4000, 0, '', '{}', '{}', now(), now(), now());
"""


@pytest.mark.parametrize("last", ["0008-book-checks", NAMES[-2]])
def test_old_data_under_new_code(empty_database: Empty, last: str) -> None:
    """The data of an earlier version, backed up by this one, restored and migrated on, is what migrating the old
    database itself gives, rows and schema; the books hold."""
    old, restored = empty_database(), empty_database()
    earlier = NAMES[: NAMES.index(last) + 1]
    migrate(old, only=earlier)
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute(_OLD_SHOP)
        if last < "0009":
            connection.execute(
                "INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at) "
                "SELECT 1, row_number() OVER (), e, k, now() "
                "FROM unnest(ARRAY['sandbox', 'production']) e, unnest(ARRAY['sales', 'gateway', 'funding']) k"
            )
            connection.execute("SELECT nextval('gerai_ids')")
        else:
            connection.execute("UPDATE payments SET status = 'expired', completed_at = NULL")
    made = backed_up(old)
    found = restore_database(io.BytesIO(made), "", restored, lambda _: None)
    assert found.head.migrations == tuple(earlier)
    assert found.migrated == NAMES[NAMES.index(last) + 1 :]
    assert found.violations == []
    assert migrate(old) == found.migrated
    migrated, there = content(old), content(restored)
    assert there.keys() == migrated.keys()
    # Migrations that add rows date them.
    assert {name for name, rows in migrated.items() if there[name] != rows} <= {"transfers", "accounts"}


def tried(dsn: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of `gerai upgrade-check`."""
    done = CliRunner().invoke(
        build(["upgrade-check"]), ["upgrade-check"], env={"DATABASE_URL": dsn, "GERAI_DATA": None}
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    shown = [line for line in done.stderr.splitlines() if not line.endswith(" …")]
    return done.exit_code, done.stdout, "\n".join(shown)


def test_a_version_is_tried_on_a_copy(shop_dsn: str, empty_database: Empty) -> None:
    """`upgrade-check` of old data: what would be applied and that the books hold; the data is as it was. Of newer data:
    refused by name. Of no data, and of broken books: 1."""
    old = empty_database()
    migrate(old, only=NAMES[:12])
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute(_OLD_SHOP)
        connection.execute("UPDATE payments SET status = 'expired', completed_at = NULL")
    before = content(old)
    code, out, err = tried(old)
    assert (code, err) == (0, "")
    assert out.startswith("this version can take the data over: ")
    assert f"migrated: {', '.join(NAMES[12:])}\n" in out
    assert out.endswith("the books hold\n")
    assert content(old) == before
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute("INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('h', '9999-what-comes')")
    code, out, err = tried(old)
    assert (code, out) == (1, "")
    assert err.startswith("gerai: the data is of a newer Gerai")
    assert "does not know 9999-what-comes" in err
    assert content(old) == before
    assert tried(empty_database()) == (1, "", "gerai: the database holds no tables of Gerai")


def test_no_room_for_a_copy(shop_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database for the copy that does not start, for want of room for instance, is one sentence and 1."""
    monkeypatch.setattr("gerai.store.embedded.EmbeddedPostgres.start", no_room)
    assert tried(shop_dsn) == (1, "", "gerai: initdb failed: No space left on device")


def no_room(_: object) -> str:
    raise EmbeddedError("initdb failed: No space left on device")
