"""What somebody who reads the database, a backup of it among them, does not learn."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import httpx
import psycopg
from psycopg import sql

from app_kit import app_of
from cluster_kit import migrated_scratch
from gerai.demo.shop import open_demo
from gerai.demo.tour import show_all
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import DatabaseSettings, Settings


def holding(dsn: str, *forms: str) -> list[str]:
    """Returns the tables with a row whose text form contains one of these; bytes are written in hex there."""
    found = list[str]()
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, name in tables:
            query = sql.SQL(
                "SELECT EXISTS (SELECT FROM {} t WHERE EXISTS ("
                "SELECT FROM unnest(%s::text[]) AS looked_for(form) WHERE strpos(t::text, looked_for.form) > 0))"
            )
            row = connection.execute(query.format(sql.Identifier(schema, name)), (list(forms),)).fetchone()
            found += [name] if row and row[0] else []
    return found


async def test_the_database_opens_no_door() -> None:
    """After orders at every counter no row of any table, events and jobs among them, holds an API key or a webhook
    secret, as text or as bytes. The address of an endpoint and the digest of a key are found, so the search works."""
    with migrated_scratch() as server:
        app = app_of(replace(Settings(), database=DatabaseSettings(url=server.dsn)))
        async with app.running():
            demo = await open_demo(app.engine)
            (merchant,) = app.engine.directory.merchants()
            secret, key_secret = new_secret(), f"key-{new_secret()}"
            url = "https://gerai.example/hooks"
            new = NewEndpoint(
                merchant_id=merchant.merchant_id,
                environment="sandbox",
                channel="durianpay",
                url=url,
                key_secret=key_secret,
            )
            await add_endpoint(app.engine, SecretBox(new_key()), new, secret)
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
            ) as client:
                tour = await show_all(client, demo)
        assert tour.failed == []
        secrets = {v for keys in demo.values() for name, v in keys.items() if name.endswith(("token", "key"))}
        assert len(secrets) >= 9
        assert holding(server.dsn, url) == ["webhook_endpoints"]
        for text in [*secrets, secret, key_secret]:
            assert (text, holding(server.dsn, text, text.encode().hex())) == (text, [])
        token = demo["leuwongrr"]["sandbox_token"]
        assert holding(server.dsn, hashlib.sha256(token.encode()).hexdigest()) == ["api_keys"]
