"""Hosted pages while the database cannot: busy in the reader's language at once, live pages that end well and come
back, and no order that is made by halves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from app_kit import app_of
from gerai.demo.shop import open_demo
from gerai.demo.tour import show_all
from gerai.doors.pay import live
from gerai.settings import DatabaseSettings, HttpSettings, PageSettings, Settings
from gerai.testing.database_link import DatabaseLink, database_link

ACTS = ("/method", "/change", "/play")
READS = ("", "/qr.png", "/document.pdf", "/confirm", "/events")


@pytest.fixture(scope="module")
def link(own_dsn: str) -> Generator[DatabaseLink]:
    with database_link(own_dsn) as link:
        yield link


@dataclass
class Shop:
    """The demo shop with an order from each door; ``pages`` are their addresses, a deposit's too."""

    client: httpx.AsyncClient
    link: DatabaseLink
    dsn: str
    demo: dict[str, Any]
    pages: list[str]

    @asynccontextmanager
    async def away(self) -> AsyncGenerator[None]:
        """The database cannot be reached for the length of the block; after it everybody is served again."""
        self.link.set("refusing")
        try:
            yield
        finally:
            self.link.set("passing")
            until_s = time.monotonic() + 30
            while (await self.client.get("/readyz")).status_code != 200:
                assert time.monotonic() < until_s
                await asyncio.sleep(0.05)

    def sql(self, text: str) -> list[Any]:
        """Past the link, by somebody else."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(text)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


@pytest_asyncio.fixture(scope="module")
async def shop(own_dsn: str, link: DatabaseLink) -> AsyncGenerator[Shop]:
    settings = replace(
        Settings(),
        database=DatabaseSettings(url=link.dsn, lock_timeout_s=0.5),
        http=HttpSettings(public_base_url="http://gerai.test"),
        pages=PageSettings(poll_interval_s=0.05, stream_seconds=3, acts_per_minute=1000),
    )
    app = app_of(settings)
    async with app.running():
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
            demo = await open_demo(app.engine)
            tour = await show_all(client, demo, [*demo])
            assert tour.failed == []
            pages = [call.pay_url for calls in tour.doors.values() for call in calls if call.pay_url]
            token = demo["leuwongrr"]["sandbox_token"]
            deposits = await client.get("/api/v1/me/deposits", headers={"Authorization": f"Bearer {token}"})
            pages.append(deposits.json()["data"]["deposits"][0]["invoice_url"])
            yield Shop(client, link, own_dsn, demo, pages)


def below(page: str, path: str) -> str:
    """What lies below the address of a page."""
    address, mark, query = page.partition("?")
    return address.removesuffix("/success") + path + mark + query


async def test_every_address_is_busy_at_once_in_both_languages(shop: Shop) -> None:
    """Whatever is asked of a page, reading or acting: 503 with Retry-After within a second, and words for a buyer."""
    kinds = {page.split("/")[3] for page in shop.pages}
    assert kinds == {"user", "payment", "o"}
    for page in shop.pages:
        assert (await shop.client.get(page)).status_code == 200
    slowest_s = 0.0
    async with shop.away():
        for page in shop.pages:
            for path, language in [(path, lang) for path in (*READS, *ACTS) for lang in ("id", "en")]:
                began_s = time.monotonic()
                send = shop.client.post if path in ACTS else shop.client.get
                answer = await send(below(page, path), headers={"accept-language": language})
                slowest_s = max(slowest_s, time.monotonic() - began_s)
                assert answer.status_code == 503, (page, path, answer.text)
                assert answer.headers["retry-after"] == "2"
                words = "Server sedang sibuk" if language == "id" else "The server is busy"
                assert words in answer.text, (page, path)
    assert slowest_s < 3
    for page in shop.pages:
        assert (await shop.client.get(page)).status_code == 200


async def open_live(shop: Shop, page: str) -> asyncio.Task[httpx.Response]:
    """A live page that has been told its version."""
    task = asyncio.create_task(shop.client.get(below(page, "/events")))
    await asyncio.sleep(0.3)
    assert not task.done()
    return task


def unpaid(shop: Shop) -> str:
    """The page of an order that is still open, through its short link."""
    return next(page for page in shop.pages if "/payment/" in page)


async def play(shop: Shop, page: str, act: str) -> None:
    answer = await shop.client.post(below(page, "/play"), data={"act": act})
    assert answer.status_code == 303, answer.text


async def test_a_live_page_outlives_the_database(shop: Shop) -> None:
    """Nothing happens to a viewer's stream while the database is away and nothing else does; what happens afterwards
    is told, also when the watcher met an error that is no outage."""
    page = unpaid(shop)
    stream = await open_live(shop, page)
    with capture_logs() as logs:
        async with shop.away():
            await asyncio.sleep(0.3)
        with gone(shop, "events"):
            await asyncio.sleep(0.3)
    assert not stream.done()
    assert {"page_watcher.database", "page_watcher.broken"} <= {entry["event"] for entry in logs}
    await play(shop, page, "fail")
    answer = await stream
    assert answer.text.count("event: version") == 2
    assert "event: end" not in answer.text


#: Something happens to the order behind a short link.
NEWS = """INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT e.merchant_id, e.environment, e.order_id, e.name, e.facts, now() FROM events e JOIN orders USING (order_id)
WHERE details ->> 'link_code' = '{}' ORDER BY event_id DESC LIMIT 1"""


@contextmanager
def locked(shop: Shop) -> Generator[None]:
    """Somebody else keeps the invoices locked."""
    with psycopg.connect(shop.dsn) as other:
        other.execute("LOCK TABLE invoices")
        yield


@contextmanager
def gone(shop: Shop, table: str = "invoices") -> Generator[None]:
    """A table is not there: an error that is no outage."""
    shop.sql(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        shop.sql(f"ALTER TABLE gone RENAME TO {table}")


@pytest.mark.parametrize(("breaker", "logged"), [(locked, "page.stream_ended"), (gone, "page.stream_broken")])
async def test_a_stream_that_cannot_look_ends_well(shop: Shop, breaker: Any, logged: str) -> None:
    """The order changed, and cannot be read: the stream ends as if its time were over, and tells browsers when to come
    back, not all at once. Whoever comes back is told how it stands."""
    page = unpaid(shop)
    stream = await open_live(shop, page)
    with capture_logs() as logs, breaker(shop):
        shop.sql(NEWS.format(page.rpartition("/")[2]))
        answer = await asyncio.wait_for(stream, 5)
    assert answer.status_code == 200
    assert answer.text.endswith("\n\n")
    assert "event: end" not in answer.text
    retry_ms = int(answer.text.partition("retry: ")[2].partition("\n")[0])
    assert live._RETRY_MS <= retry_ms < 2 * live._RETRY_MS
    assert logged in {entry["event"] for entry in logs}
    again = await open_live(shop, page)
    assert "event: version" in (await again).text


async def test_an_order_is_never_there_without_its_payment(shop: Shop) -> None:
    """LeuwongRR's order through a gateway, cut off from the database again and again: whoever is answered busy has
    made nothing or all, and a retry with the same key has one order with one payment."""
    section = shop.demo["leuwongrr"]
    body = {name: section[name] for name in ("roblox_username", "place_id", "roblox_pass_id")}
    headers = {"Authorization": f"Bearer {section['production_token']}"}

    async def order(number: int) -> httpx.Response:
        wanted = body | {"payment_method": "qris", "client_reference": f"cut-{number}"}
        key = {"Idempotency-Key": f"cut-{number}"}
        return await shop.client.post("/api/v1/me/orders", json=wanted, headers=headers | key)

    cut = [asyncio.create_task(order(number)) for number in range(40)]
    await asyncio.sleep(0.02)
    async with shop.away():
        first = await asyncio.gather(*cut)
    assert {answer.status_code for answer in first} <= {201, 503}
    assert any(answer.status_code == 503 for answer in first)
    halves = (
        "SELECT o.reference FROM orders o WHERE o.reference LIKE 'cut-%' AND 1 <> "
        "(SELECT count(*) FROM payments p WHERE (p.merchant_id, p.order_id) = (o.merchant_id, o.order_id))"
    )
    assert shop.sql(halves) == []
    again = [await order(number) for number in range(40)]
    assert {answer.status_code for answer in again} <= {200, 201}
    assert all(answer.json()["data"]["gateway"]["qr_string"] for answer in again)
    assert shop.sql(halves) == []
    assert shop.sql("SELECT count(*) FROM orders WHERE reference LIKE 'cut-%'") == [(40,)]
