"""`/metrics` of one process: who may read it, and what it counts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from metrics_kit import SCRAPE, TOKEN, Series, series

from app_kit import app_of
from gerai.app import DIALECTS, PAGES, App
from gerai.demo.shop import open_demo
from gerai.demo.tour import show_all
from gerai.domain.refusals import Busy
from gerai.doors import admin, console
from gerai.doors.http.docs import docs_routes
from gerai.doors.http.scrape import Scrape
from gerai.doors.notices import NOTICES
from gerai.engine.deposits.manual import ManualDeposit
from gerai.metrics.exposition import EVERY
from gerai.settings import DatabaseSettings, MetricsSettings, Settings

UNKNOWN = {"merchant_id": 1, "environment": "sandbox", "account_id": -1, "amount_sen": 1}


@pytest_asyncio.fixture(scope="module")
async def shop(own_dsn: str) -> AsyncGenerator[tuple[App, dict[str, Any]]]:
    """A server with a token for its metrics, and its demo shop's keys."""
    app = app_of(replace(Settings(), database=DatabaseSettings(url=own_dsn), metrics=MetricsSettings(token=TOKEN)))
    async with app.running():
        yield app, await open_demo(app.engine)


@pytest_asyncio.fixture
async def http(shop: tuple[App, dict[str, Any]]) -> AsyncGenerator[httpx.AsyncClient]:
    """HTTP straight into it."""
    async with connected(shop[0]) as client:
        yield client


def connected(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost")


async def scraped(client: httpx.AsyncClient) -> Series:
    answer = await client.get("/metrics", headers=SCRAPE)
    assert answer.status_code == 200
    return series(answer.text)


async def test_nothing_is_public_without_a_token(client: httpx.AsyncClient) -> None:
    """A server whose settings name no token has no such page: the answer is that of any unknown address."""
    nothing, unknown = await client.get("/metrics"), await client.get("/no-such-page")
    assert nothing.status_code == unknown.status_code == 404
    assert "gerai_" not in nothing.text
    assert nothing.headers["content-type"] == unknown.headers["content-type"] == "text/html; charset=utf-8"
    assert (await client.get("/metrics", headers=SCRAPE)).status_code == 404
    assert (await client.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404


@pytest.mark.parametrize(
    "given",
    [None, "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer é"],
)
async def test_a_scrape_needs_the_token(http: httpx.AsyncClient, given: str | None) -> None:
    """Without the exact token: 401 with the challenge, and not one figure."""
    headers = {} if given is None else {"Authorization": given.encode()}
    answer = await http.get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="metrics"')
    assert answer.headers["cache-control"] == "no-store"
    assert "gerai_" not in answer.text


async def test_both_formats(http: httpx.AsyncClient) -> None:
    """The plain format, OpenMetrics for who asks, an answer for every Accept header, and only GET."""
    plain = await http.get("/metrics", headers=SCRAPE | {"Accept": "text/html"})
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert plain.text.startswith("# HELP gerai_build_info ")
    wanted = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1"
    other = await http.get("/metrics", headers=SCRAPE | {"Accept": wanted})
    assert other.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert other.text.endswith("# EOF\n")
    assert (await http.get("/metrics", headers=SCRAPE | {"Accept": "text/plain;version=x"})).status_code == 200
    assert (await http.post("/metrics", headers=SCRAPE)).status_code in (404, 405)


async def test_every_metric_is_documented_and_told(http: httpx.AsyncClient) -> None:
    """What a scrape holds is what the documentation lists, by name and kind; names say their unit and nothing twice."""
    text = (await http.get("/metrics", headers=SCRAPE)).text
    told = set(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert told == {(metric.name, metric.kind) for metric in EVERY}
    assert len({metric.name for metric in EVERY}) == len(EVERY)
    assert all(metric.name.endswith("_total") == (metric.kind == "counter") for metric in EVERY)


async def test_requests_are_counted_exactly(shop: tuple[App, dict[str, Any]], http: httpx.AsyncClient) -> None:
    """Each request counts once, under its door, route and kind of answer; a refusal also under its code; and once in
    the door's durations."""
    key = {"Authorization": f"Bearer {shop[1]['leuwongrr']['sandbox_token']}"}
    before = await scraped(http)
    for _ in range(3):
        assert (await http.get("/api/v1/health")).status_code == 200
    assert (await http.post("/api/v1/me/orders", json={}, headers=key)).status_code == 422
    assert (await http.get("/api/v1/me/orders/SBX-1", headers=key)).status_code == 404
    assert (await http.get("/api/v1/me")).status_code == 401
    assert (await http.request("BREW", "/api/v1/me", headers=key)).status_code == 405
    assert (await http.get("/api/v1/coffee", headers=key)).status_code == 404
    after = await scraped(http)
    changed = {place: after[place] - before[place] for place in after if after[place] != before[place]}
    requests = {
        tuple(dict(labels)[name] for name in ("door", "method", "route", "status")): value
        for (name, labels), value in changed.items()
        if name == "gerai_requests_total"
    }
    assert requests == {
        ("leuwongrr", "GET", "/api/v1/health", "2xx"): 3,
        ("leuwongrr", "POST", "/api/v1/me/orders", "4xx"): 1,
        ("leuwongrr", "GET", "/api/v1/me/orders/{invoice}", "4xx"): 1,
        ("leuwongrr", "GET", "/api/v1/me", "4xx"): 1,
        ("leuwongrr", "none", "none", "4xx"): 2,
        ("pay", "GET", "/metrics", "2xx"): 1,
    }
    refusals = {dict(labels)["code"]: v for (name, labels), v in changed.items() if name == "gerai_refusals_total"}
    assert refusals == {
        "input_invalid": 1, "not_found": 1, "not_authenticated": 1, "method_not_allowed": 1, "path_unknown": 1,
    }  # fmt: skip
    durations = {dict(labels)["door"]: v for (name, labels), v in changed.items() if name.endswith("_seconds_count")}
    assert durations == {"leuwongrr": 8, "pay": 1}
    assert 0 < after.of("gerai_request_seconds_sum", door="leuwongrr") < 60


async def test_no_secret_and_no_path(shop: tuple[App, dict[str, Any]], http: httpx.AsyncClient) -> None:
    """After orders at every door and visits of their pages nothing that opens a door or a page is in the metrics, and
    only routes as they are declared: a path is either a secret or one of endlessly many."""
    demo = shop[1]
    tour = await show_all(http, demo)
    assert tour.failed == []
    pages = [shown.pay_url for calls in tour.doors.values() for shown in calls if shown.pay_url]
    for page in [*pages, "/o/made-up-by-somebody", "/made-up"]:
        await http.get(page)
    text = (await http.get("/metrics", headers=SCRAPE)).text
    secrets = [v for keys in demo.values() for name, v in keys.items() if name.endswith(("token", "key"))]
    secrets += [part for page in pages for part in re.findall(r"[\w-]{20,}", page)] + [TOKEN]
    assert len(secrets) >= 12
    assert [secret for secret in [*secrets, "made-up"] if secret in text] == []
    found = series(text)
    house = shop[0].house
    own = (NOTICES, PAGES, admin.admin(house), console.console(house, DIALECTS))
    routes = [route for dialect in (*DIALECTS, *own) for route in dialect.routes]
    routes += docs_routes(DIALECTS, {"admin": admin.document})
    declared = {route.path for route in routes} | {"/metrics", "/readyz", "none"}
    assert found.labels("gerai_requests_total", "route") == declared
    assert found.labels("gerai_requests_total", "door") == {*(d.name for d in (*DIALECTS, *own))}
    assert found.of("gerai_requests_total", route="/o/{secret}", status="4xx") == 1


async def test_the_engine_is_counted_exactly(
    shop: tuple[App, dict[str, Any]], http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that were written, refused, answered again and not taken, and the length of the queue."""
    app, demo = shop
    writer = app.engine.writer
    key = {"Authorization": f"Bearer {demo['leuwongrr']['sandbox_token']}", "Idempotency-Key": "metrics-1"}
    order = {
        "order_type": "gamepass", "roblox_username": "LeuwongUser", "place_id": 123456789,
        "roblox_pass_id": 987654321, "payment_method": "invoice",
    }  # fmt: skip
    before = await scraped(http)
    assert (await http.post("/api/v1/me/orders", json=order, headers=key)).status_code == 201
    assert (await http.post("/api/v1/me/orders", json=order, headers=key)).status_code == 200
    with pytest.raises(Exception, match="not_found"):
        await app.engine.submit(ManualDeposit(**UNKNOWN))
    monkeypatch.setattr(writer, "queue_limit", 0)
    with pytest.raises(Busy):
        await app.engine.submit(ManualDeposit(**UNKNOWN))
    after = await scraped(http)
    names = ("batches", "commands", "refused", "replays", "alone", "busy")
    grown = {name: after.of(f"gerai_engine_{name}_total") - before.of(f"gerai_engine_{name}_total") for name in names}
    assert grown == {"batches": 3, "commands": 3, "refused": 1, "replays": 1, "alone": 0, "busy": 1}
    assert after.of("gerai_engine_queue_length") == 0
    monkeypatch.undo()
    waiting = [asyncio.ensure_future(app.engine.submit(ManualDeposit(**UNKNOWN))) for _ in range(3)]
    await asyncio.sleep(0)
    assert writer.queue_length == 3
    await asyncio.gather(*waiting, return_exceptions=True)
    assert writer.queue_length == 0


async def test_a_failure_of_ours_is_a_5xx(own_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that breaks counts as an answer of 5xx and under the refusal `broken`, once."""
    app = app_of(replace(Settings(), database=DatabaseSettings(url=own_dsn), metrics=MetricsSettings(token=TOKEN)))
    async with app.running(), connected(app) as client:
        monkeypatch.setattr(app.engine.directory, "merchants", None)
        assert (await client.get("/")).status_code == 500
        found = await scraped(client)
    assert found.of("gerai_requests_total", door="pay", route="/", status="5xx") == 1
    assert found.of("gerai_refusals_total", code="broken") == 1
    assert found.of("gerai_requests_total", status="5xx") == 1


async def test_an_address_of_its_own_holds_nothing_else(shop: tuple[App, dict[str, Any]]) -> None:
    """There: the metrics, with the token when there is one, and 404 for everything else."""
    app, _ = shop
    async with connected(app.scrape) as client:
        assert (await client.get("/metrics")).status_code == 401
        assert series((await client.get("/metrics", headers=SCRAPE)).text).of("gerai_build_info") == 1
        for method, path in (("GET", "/"), ("GET", "/api/v1/health"), ("POST", "/metrics"), ("GET", "/metrics/")):
            answer = await client.request(method, path, headers=SCRAPE)
            assert (answer.status_code, answer.text) == (404, "nothing here but /metrics\n")

    async def exposition(accept: str) -> tuple[bytes, str]:
        return accept.encode(), "text/plain"

    async with connected(Scrape(exposition, "")) as client:
        answer = await client.get("/metrics", headers={"Accept": "a/b"})
        assert (answer.status_code, answer.text) == (200, "a/b")
