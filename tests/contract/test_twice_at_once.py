"""The same create sent twice at the same moment, a thousand times, at every door: each makes exactly one."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from gerai.app import DIALECTS
from gerai.demo.shop import open_demo
from gerai.doors.http.demo import Demo
from gerai.engine.core import Engine

PAIRS = 1000
#: Pairs under way at one time; more would only wait in the queue.
AT_ONCE = 50


def demo_of(door: str) -> Demo:
    """What the dialect says of its demo clients."""
    [found] = [dialect.demo for dialect in DIALECTS if dialect.name == door and dialect.demo is not None]
    return found


@pytest_asyncio.fixture
async def demo(engine: Engine) -> AsyncGenerator[dict[str, Any]]:
    """A demo shop of this test's own, and its merchant's id."""
    before = {merchant.merchant_id for merchant in engine.directory.merchants()}
    sections = await open_demo(engine)
    [merchant_id] = {merchant.merchant_id for merchant in engine.directory.merchants()} - before
    yield {**sections, "merchant_id": merchant_id}


async def _pairs(client: httpx.AsyncClient, door: str, demo: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Send every order twice at once, each pair under one key; the two answers of each pair."""
    numbers = itertools.count()
    found: list[tuple[Any, Any]] = []

    async def send(number: int) -> Any:
        wanted = demo_of(door).order(demo[door], number)
        headers = {**wanted.headers, "Idempotency-Key": f"pair-{number}"}
        answer = await client.request(wanted.method, wanted.path, json=wanted.body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def work() -> None:
        while (number := next(numbers)) < PAIRS:
            one, other = await asyncio.gather(send(number), send(number))
            found.append((one, other))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return found


def leaves(answer: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value in an answer, as text, with where it stands."""
    if isinstance(answer, dict | list):
        for name, inner in answer.items() if isinstance(answer, dict) else enumerate(answer):
            yield from leaves(inner, f"{path}/{name}")
    else:
        yield path, str(answer)


@pytest.mark.slow
@pytest.mark.parametrize("door", [dialect.name for dialect in DIALECTS])
async def test_one_thing_is_made(door: str, client: httpx.AsyncClient, demo: dict[str, Any], dsn: str) -> None:
    """Both answers of a pair name the same order, pairs name different ones, and the database holds no other."""
    pairs = await _pairs(client, door, demo)

    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT public_id FROM orders WHERE merchant_id = %s AND channel = %s", (demo["merchant_id"], door)
        ).fetchall()
    made = {public_id for (public_id,) in rows}
    told = [[dict(leaves(answer)) for answer in pair] for pair in pairs]
    # What differs from order to order: a price may be some order's number, too.
    apart = [where for where in told[0][0] if len({one.get(where) for one, _ in told}) == PAIRS]
    named = [[made & {answer.get(where) for where in apart} for answer in pair] for pair in told]
    assert len(rows) == len(made) == PAIRS
    assert all(one == other and len(one) == 1 for one, other in named)
    assert set[str]().union(*(one for one, _ in named)) == made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("door", "path", "token", "body", "found"),
    [
        ("cekceir", "/api/deposit", "api_key", {"amount": 50_000, "provider_code": "qris"}, ("id",)),
        (
            "leuwongrr", "/api/v1/me/deposits", "unlimited_sandbox_token",
            {"amount": 50_000, "payment_method": "qris"}, ("data", "deposit", "invoice_code"),
        ),
    ],
)  # fmt: skip
async def test_one_top_up_is_made(
    door: str, path: str, token: str, body: Any, found: tuple[str, ...],
    client: httpx.AsyncClient, demo: dict[str, Any], dsn: str,
) -> None:  # fmt: skip
    """A thousand top-ups asked for twice at once with one key each are a thousand deposits, each of one pair."""
    numbers, pairs = itertools.count(), list[tuple[Any, Any]]()
    before = _deposits(dsn, demo["merchant_id"], door)

    async def send(number: int) -> Any:
        headers = {"Authorization": f"Bearer {demo[door][token]}", "Idempotency-Key": f"top-up-{number}"}
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return functools.reduce(lambda part, name: part[name], found, answer.json())

    async def work() -> None:
        while (number := next(numbers)) < PAIRS:
            one, other = await asyncio.gather(send(number), send(number))
            pairs.append((one, other))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    assert all(one == other for one, other in pairs)
    assert len({one for one, _ in pairs}) == PAIRS
    assert _deposits(dsn, demo["merchant_id"], door) == before + PAIRS


def _deposits(dsn: str, merchant_id: int, door: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM deposits WHERE merchant_id = %s AND channel = %s", (merchant_id, door)
        ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.slow
async def test_one_payment_is_started(client: httpx.AsyncClient, demo: dict[str, Any], dsn: str) -> None:
    """Durianpay's charge: a thousand orders charged twice at once with one key each have one payment each."""
    numbers = itertools.count()

    async def work() -> None:
        while (number := next(numbers)) < PAIRS:
            first = demo_of("durianpay").order(demo["durianpay"], number)
            order = (await client.post(first.path, json=first.body, headers=first.headers)).json()["data"]
            wanted = {"order_id": order["id"], "bank_code": "BCA", "name": "Jane", "amount": "20000"}
            keyed = {**first.headers, "Idempotency-Key": f"charge-{number}"}
            sent = [
                client.post("/v1/payments/charge", json={"type": "VA", "request": wanted}, headers=keyed)
                for _ in range(2)
            ]
            one, other = await asyncio.gather(*sent)
            assert one.json()["data"]["response"] == other.json()["data"]["response"]

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT order_id) FROM payments WHERE merchant_id = %s", (demo["merchant_id"],)
        ).fetchone()
    assert row == (PAIRS, PAIRS)
