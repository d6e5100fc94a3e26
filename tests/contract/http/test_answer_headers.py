"""What every answer has beside its body, through every door."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from http_kit import accepted, demo_shop

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

every_door = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)


def caching(answer: httpx.Response) -> tuple[int, list[str]]:
    """The status, and every word about caches."""
    return answer.status_code, answer.headers.get_list("cache-control")


@every_door
async def test_no_cache_keeps_an_answer(client: httpx.AsyncClient, dialect: Dialect, engine: Engine) -> None:
    """What a door accepts and what it refuses, whoever refuses it: no-store, once, and the request's id."""
    asked = await accepted(dialect, engine)
    path = dialect.prefixes[0]
    answers: list[tuple[httpx.Response, int]] = [
        (
            await client.request(asked.method, asked.path, headers=asked.headed(), content=asked.json),
            asked.status,
        ),
        (await client.request(asked.method, asked.path, json=asked.body), 401),
        (await client.request(asked.method, asked.path, headers=asked.headed(), content=b"{"), 400),
        (await client.get(f"{path}/what/comes/later/on"), 404),
        (await client.request("TRACE", asked.path), 405),
        (await client.options(asked.path), 204),
        (await client.get(asked.path, headers={"Host": "evil.example"}), 421),
    ]
    for answer, status in answers:
        expected = 422 if dialect.name == "leuwongrr" and status == 400 else status
        assert caching(answer) == (expected, ["no-store"])
        assert answer.headers["x-request-id"]


async def test_a_balance_asked_for_with_the_spare_header(client: httpx.AsyncClient, engine: Engine) -> None:
    """A shared cache takes only what comes with ``Authorization`` for private; LeuwongRR's keys come in another header
    as well."""
    shop: dict[str, Any] = (await demo_shop(engine))["leuwongrr"]
    answer = await client.get("/api/v1/me/balance", headers={"X-User-API-Token": shop["sandbox_token"]})
    assert caching(answer) == (200, ["no-store"])


async def test_what_may_be_kept_says_so_itself(client: httpx.AsyncClient) -> None:
    """The documents are the same for everybody."""
    assert caching(await client.get("/docs/style.css")) == (200, ["public, max-age=300"])
    assert caching(await client.get("/")) == (200, ["no-store"])
