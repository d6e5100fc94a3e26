"""The limits of every session with PostgreSQL: set once, carried by all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from engine_kit import another_engine
from gerai.settings import DatabaseSettings
from gerai.store.connection import open_blocking, open_connection
from gerai.store.migrate import pending
from gerai.store.session import limited, limited_url, patient

SHORT = DatabaseSettings(
    lock_timeout_s=0.3, statement_timeout_s=0.7, idle_transaction_timeout_s=0.5, client_check_s=0.2, keepalive_s=7
)
NAMES = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "client_connection_check_interval")
SHOW = "SELECT " + ", ".join(f"current_setting('{name}')" for name in NAMES)


def test_a_session_has_the_limits_of_the_settings(dsn: str) -> None:
    """Each limit reaches the server, in milliseconds; the keepalives reach the driver."""
    with open_blocking(dsn, SHORT) as connection:
        assert connection.execute(SHOW).fetchone() == ("300ms", "700ms", "500ms", "200ms")
    found = conninfo_to_dict(limited("postgresql://somewhere/db", SHORT))
    assert found["keepalives"] == "1"
    assert (found["keepalives_idle"], found["tcp_user_timeout"]) == ("7", "22000")


def test_the_address_wins(dsn: str) -> None:
    """Whoever names a limit in the address means it; the others stay."""
    joined = f"{dsn}&options=-c%20lock_timeout%3D1s"
    with open_blocking(joined, SHORT) as connection:
        assert connection.execute(SHOW).fetchone() == ("1s", "700ms", "500ms", "200ms")
    found = conninfo_to_dict(limited("postgresql://somewhere/db?keepalives_idle=99&connect_timeout=9", SHORT))
    assert (found["keepalives_idle"], found["connect_timeout"]) == ("99", "9")


def test_migrations_have_longer_limits(dsn: str) -> None:
    """A migration's statements may take an hour; its address stays one that the migration library reads."""
    settings = replace(SHORT, migration_lock_timeout_s=4, migration_statement_timeout_s=1800)
    with psycopg.connect(limited_url(dsn, patient(settings))) as connection:
        assert connection.execute(SHOW).fetchone() == ("4s", "30min", "30min", "200ms")
    assert pending(dsn, settings) == []
    # In the other form that PostgreSQL knows, with what must be quoted in an address.
    plain = make_conninfo("", **conninfo_to_dict(dsn))
    assert "://" not in plain
    assert pending(plain, settings) == []
    given = {"user": "g", "password": "p@:/?%", "host": "/srv/a b", "port": "5433", "dbname": "x y"}
    wanted = conninfo_to_dict(limited_url(make_conninfo("", **given), settings))
    assert {name: wanted[name] for name in given} == given


async def test_every_connection_of_an_engine_is_limited(dsn: str) -> None:
    """Writer, pool and the one that listens: none of them can wait for ever."""
    mark = "&application_name=limited-engine"
    async with another_engine(dsn + mark, database=SHORT) as engine:
        async with engine.connection() as connection:
            cursor = await connection.execute(SHOW)
            assert await cursor.fetchone() == ("300ms", "700ms", "500ms", "200ms")
        writer = await engine.writer.connect()
        cursor = await writer.execute(SHOW)
        assert (await cursor.fetchone() or ())[1:] == ("700ms", "500ms", "200ms")
        await writer.close()
        assert "lock_timeout=300" in conninfo_to_dict(engine.dsn)["options"]


@pytest.mark.parametrize("opened", ["open", "limited"])
async def test_a_silent_transaction_is_ended(dsn: str, opened: str) -> None:
    """Whoever stops in the middle of a transaction loses it, and its locks are free."""
    address: Callable[[str], str] = (lambda text: text) if opened == "open" else (lambda text: limited(text, SHORT))
    holder = await open_connection(address(dsn), SHORT)
    await holder.execute("BEGIN")
    await holder.execute("SELECT pg_advisory_xact_lock(99123)")
    waiting = await open_connection(dsn, replace(SHORT, lock_timeout_s=5, statement_timeout_s=5))
    await waiting.execute("SELECT pg_advisory_xact_lock(99123)")
    with pytest.raises(psycopg.Error) as raised:
        await holder.execute("COMMIT")
    assert raised.value.sqlstate == "25P03"
    await holder.close()
    await waiting.close()
