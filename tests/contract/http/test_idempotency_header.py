"""Idempotency keys that are none, or too many, at every door."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from http_kit import demo_shop

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine


def stored(dsn: str) -> tuple[int, int]:
    """How many orders there are, and how many kept keys."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM idempotency_keys)"
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("key", ["", "  "])
async def test_an_empty_key_is_none(
    dialect: Dialect, key: str, client: httpx.AsyncClient, engine: Engine, dsn: str
) -> None:
    """No contract requires a key: each request places an order of its own; nothing is replayed, no key is kept."""
    assert dialect.demo is not None
    wanted = dialect.demo.order((await demo_shop(engine))[dialect.name], 1)
    headers = {**wanted.headers, "Idempotency-Key": key}
    orders, keys = stored(dsn)
    for _ in range(2):
        answer = await client.request(wanted.method, wanted.path, json=wanted.body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        assert "idempotency-replayed" not in answer.headers
    assert stored(dsn) == (orders + 2, keys)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_one_header_has_one_key(dialect: Dialect, client: httpx.AsyncClient, engine: Engine, dsn: str) -> None:
    """Two different keys in one request leave open which protects the order: refused, and nothing is placed. The same
    key twice, as some proxies send it, is one."""
    assert dialect.demo is not None
    wanted = dialect.demo.order((await demo_shop(engine))[dialect.name], 1)
    orders, keys = stored(dsn)
    for sent, statuses in ((("k-1", "k-2"), {400, 422}), (("k-3", "k-3"), {200, 201})):
        headers = [*wanted.headers.items(), *(("Idempotency-Key", key) for key in sent)]
        answer = await client.request(wanted.method, wanted.path, json=wanted.body, headers=headers)
        assert answer.status_code in statuses, answer.text
    assert stored(dsn) == (orders + 1, keys + 1)
