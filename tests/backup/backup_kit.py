"""A database with a shop in it, backups of it, and what two databases have in common."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import psycopg
from psycopg import sql

from app_kit import app_of
from gerai.app import App
from gerai.backup.write import write_backup
from gerai.demo.shop import open_demo
from gerai.demo.tour import show_all
from gerai.settings import DatabaseSettings, Settings
from gerai.store.backup_tables import NOT_KEPT

PASSPHRASE = "correct horse battery staple"


def database(dsn: str, name: str) -> str:
    """The address of another database of the same server."""
    return dsn.replace("/gerai?", f"/{name}?")


def make_database(dsn: str, name: str) -> str:
    """A new, empty one."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return database(dsn, name)


@asynccontextmanager
async def open_shop(dsn: str) -> AsyncGenerator[App]:
    """A demo shop with an order at each counter, one of them paid, and jobs that wait: no worker runs."""
    app = app_of(replace(Settings(), database=DatabaseSettings(url=dsn)))
    async with app.running():
        demo = await open_demo(app.engine)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
        ) as client:
            tour = await show_all(client, demo)
        assert tour.failed == []
        yield app


def backed_up(dsn: str, passphrase: str = "", **files: bytes) -> bytes:
    """A backup."""
    out = io.BytesIO()
    named = {name.replace("_", "."): data for name, data in files.items()}
    written = write_backup(DatabaseSettings(url=dsn), out, passphrase=passphrase, files=named)
    assert written.size == len(out.getvalue())
    return out.getvalue()


def content(dsn: str) -> dict[str, Any]:
    """What a database holds: of each table the rows' number and digest; sequences; indexes; constraints; triggers."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        found: dict[str, Any] = {}
        for name in tables(connection) - NOT_KEPT - {"book_checks", "backups"}:
            query = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
            found[name] = connection.execute(sql.SQL(query).format(sql.Identifier(name))).fetchone()
        for query in (
            "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        ):
            found[query] = connection.execute(query).fetchall()
        return found


def tables(connection: psycopg.Connection[Any]) -> set[str]:
    """Every table of the schema, as the server's own catalogue names them."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {row[0] for row in rows.fetchall()}


def everything(dsn: str) -> list[str]:
    """Whatever stands in the schema: relations, types, functions."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL "
            "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace UNION ALL "
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
    return sorted(row[0] for row in rows)
