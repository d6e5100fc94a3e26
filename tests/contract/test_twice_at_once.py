"""The same create sent twice at the same moment, a thousand times, at every door: each makes exactly one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from gerai.demo.shop import open_demo
from gerai.engine.core import Engine

PAIRS = 1000
#: Pairs under way at one time; more would only wait in the queue.
AT_ONCE = 50


@dataclass(frozen=True)
class Create:
    """A create of one door: where, how it asks, and what identifies the thing that was made."""

    path: str
    channel: str
    headers: Callable[[dict[str, Any]], dict[str, str]]
    body: Callable[[dict[str, Any], int], dict[str, Any]]
    made: Callable[[dict[str, Any]], str]
    key_header: str = "Idempotency-Key"


def _leuwongrr(demo: dict[str, Any], number: int) -> dict[str, Any]:
    facts = demo["leuwongrr"]
    names = ("roblox_username", "place_id", "roblox_pass_id")
    return {**{name: facts[name] for name in names}, "client_reference": f"order-{number}"}


def _scalev(demo: dict[str, Any], number: int) -> dict[str, Any]:
    facts = demo["scalev"]
    return {
        "store_unique_id": facts["store_unique_id"],
        "customer_name": f"John {number}",
        "customer_phone": f"6281{number:08d}",
        "ordervariants": [{"quantity": 1, "variant_unique_id": facts["digital_variant_unique_id"]}],
        "payment_method": "invoice",
    }


def _bearer(section: str, key: str) -> Callable[[dict[str, Any]], dict[str, str]]:
    return lambda demo: {"Authorization": f"Bearer {demo[section][key]}"}


CREATES = {
    "leuwongrr": Create(
        "/api/v1/me/orders",
        "leuwongrr",
        _bearer("leuwongrr", "unlimited_sandbox_token"),
        _leuwongrr,
        lambda answer: answer["data"]["invoice"]["invoice_code"],
    ),
    "cekceir": Create(
        "/api/order",
        "cekceir",
        _bearer("cekceir", "api_key"),
        lambda _, number: {"code": "cek_imei", "data": {"imeis": [f"{356281000000000 + number}"]}},
        lambda answer: str(answer["order_id"]),
    ),
    "durianpay": Create(
        "/v1/orders",
        "durianpay",
        lambda demo: {"Authorization": f"Basic {demo['durianpay']['test_basic']}"},
        lambda _, number: {
            "amount": "20000",
            "currency": "IDR",
            "order_ref_id": f"ref-{number}",
            "customer": {"email": f"c{number % 7}@example.com"},
        },
        lambda answer: answer["data"]["id"],
        key_header="X-Idempotency-Key",
    ),
    "scalev": Create("/v3/orders", "scalev", _bearer("scalev", "secret_key"), _scalev, lambda answer: answer["id"]),
}


@pytest_asyncio.fixture
async def demo(engine: Engine) -> AsyncGenerator[dict[str, Any]]:
    """A demo shop of this test's own, and its merchant's id."""
    before = {merchant.merchant_id for merchant in engine.directory.merchants()}
    sections = await open_demo(engine)
    [merchant_id] = {merchant.merchant_id for merchant in engine.directory.merchants()} - before
    yield {**sections, "merchant_id": merchant_id}


async def _pairs(client: httpx.AsyncClient, create: Create, demo: dict[str, Any]) -> list[tuple[str, str]]:
    """Send every request twice at once; what each of the two answers says was made."""
    numbers = itertools.count()
    found: list[tuple[str, str]] = []

    async def send(number: int) -> str:
        headers = {**create.headers(demo), create.key_header: f"pair-{number}"}
        answer = await client.post(create.path, json=create.body(demo, number), headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return create.made(answer.json())

    async def work() -> None:
        while (number := next(numbers)) < PAIRS:
            one, other = await asyncio.gather(send(number), send(number))
            found.append((one, other))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("door", CREATES)
async def test_one_thing_is_made(door: str, client: httpx.AsyncClient, demo: dict[str, Any], dsn: str) -> None:
    """Both answers of a pair name the same order, pairs name different ones, and the database holds no other."""
    create = CREATES[door]

    pairs = await _pairs(client, create, demo)

    assert all(one == other for one, other in pairs)
    assert len({one for one, _ in pairs}) == PAIRS
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT public_id) FROM orders WHERE merchant_id = %s AND channel = %s",
            (demo["merchant_id"], create.channel),
        ).fetchone()
    assert row == (PAIRS, PAIRS)


@pytest.mark.slow
async def test_one_payment_is_started(client: httpx.AsyncClient, demo: dict[str, Any], dsn: str) -> None:
    """Durianpay's charge: a thousand orders charged twice at once with one key each have one payment each."""
    headers = {"Authorization": f"Basic {demo['durianpay']['test_basic']}"}
    create = CREATES["durianpay"]
    numbers = itertools.count()

    async def work() -> None:
        while (number := next(numbers)) < PAIRS:
            order = (await client.post(create.path, json=create.body(demo, number), headers=headers)).json()["data"]
            wanted = {"order_id": order["id"], "bank_code": "BCA", "name": "Jane", "amount": "20000"}
            keyed = {**headers, "Idempotency-Key": f"charge-{number}"}
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
