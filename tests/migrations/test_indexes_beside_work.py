"""Indexes of a shop that is open are built beside its work."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
from upgrade_kit import migrate_until

from gerai.settings import DatabaseSettings
from gerai.store.embedded import scratch
from gerai.store.migrate import migrate

_LIMITS = DatabaseSettings(migration_lock_timeout_s=0.3)


def test_orders_are_written_while_indexes_are_built() -> None:
    """Somebody looks at the books for longer than a migration may wait for a lock that others queue behind: the build
    waits for them and ends by itself, and no write in between takes a second."""
    with scratch() as server, ThreadPoolExecutor(1) as pool:
        migrate_until(server.dsn, "0018-indexes-of-large-shops")
        with psycopg.connect(server.dsn) as looking, psycopg.connect(server.dsn, autocommit=True) as connection:
            looking.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            looking.execute("SELECT count(*) FROM orders")
            connection.execute("INSERT INTO idempotency_keys VALUES (1, 'production', 'm', 'o', 'k', '', '', now())")
            ended = Event()
            migrating = pool.submit(migrate, server.dsn, _LIMITS)
            migrating.add_done_callback(lambda _: ended.set())
            longest_s, writes = 0.0, 0
            until = time.monotonic() + 2
            while time.monotonic() < until or not ended.is_set():
                began = time.monotonic()
                connection.execute("UPDATE idempotency_keys SET created_at = now()")
                longest_s, writes = max(longest_s, time.monotonic() - began), writes + 1
                if time.monotonic() > until and not looking.closed:
                    assert not migrating.done()
                    looking.close()
                time.sleep(0.01)
        assert "0018-indexes-of-large-shops" in migrating.result()
        assert writes > 10
        assert longest_s < 1
        with psycopg.connect(server.dsn) as connection:
            [(unfinished,)] = connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchall()
        assert unfinished == 0
