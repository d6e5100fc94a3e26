"""A database that cannot for now: every door is busy with Retry-After, nobody gets a 500, nothing is lost, and it comes
back by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from typing import Any

import fault_kit
import httpx
import psycopg
import pytest
import pytest_asyncio
from fault_kit import Seen, ask_everywhere, order, read
from structlog.testing import capture_logs

from app_kit import app_of
from cluster_kit import migrated_scratch
from gerai.app import App
from gerai.demo.shop import open_demo
from gerai.engine.check import check
from gerai.settings import DatabaseSettings, EngineSettings, HttpSettings, Settings
from gerai.store.embedded import EmbeddedPostgres
from gerai.torture.faults import FAULTS, Breaker, disk_full


@pytest.fixture(scope="module")
def server() -> Generator[EmbeddedPostgres]:
    """A server of this file's own."""
    with migrated_scratch() as found:
        yield found


@pytest_asyncio.fixture
async def running(server: EmbeddedPostgres) -> AsyncGenerator[App]:
    """The application on it."""
    settings = replace(
        Settings(),
        database=DatabaseSettings(url=server.dsn),
        http=HttpSettings(public_base_url="http://gerai.test"),
        engine=EngineSettings(reads_pool_size=4),
    )
    app = app_of(settings)
    async with app.running():
        yield app


@pytest_asyncio.fixture
async def web(running: App) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=running, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test", timeout=60) as client:
        yield client


@pytest_asyncio.fixture
async def demo(running: App) -> dict[str, Any]:
    return await open_demo(running.engine)


#: The reason, the breaker, and whether reads are served meanwhile.
CASES: list[tuple[str, Breaker | None, bool]] = [
    *((reason, breaker, reason != "too_many_connections") for reason, breaker in FAULTS.items()),
    ("disk_full", disk_full, True),
    ("unreachable", None, False),
]


@pytest.mark.parametrize(("reason", "breaker", "readable"), CASES)
async def test_a_database_that_cannot_makes_every_door_busy(
    running: App, web: httpx.AsyncClient, demo: dict[str, Any], server: EmbeddedPostgres,
    reason: str, breaker: Breaker | None, readable: bool,
) -> None:  # fmt: skip
    """While it lasts: writes are busy at all four doors, reads are served where they can be, and busy within a second
    where not; the log has the reason once; /readyz says so. Afterwards everybody is served within two seconds, and
    what is stored is what was acknowledged."""
    before = await ask_everywhere(web, demo, 0.5)
    assert before.statuses() <= {200, 201, 404}
    with capture_logs() as logs:
        try:
            async with fault_kit.stopped(server) if breaker is None else breaker(server.dsn):
                began = await ask_everywhere(web, demo, 0.5)
                during = await ask_everywhere(web, demo, 1.5)
                ready = await web.get("/readyz")
        except PermissionError as error:
            pytest.skip(str(error))
    assert (began.statuses() | during.statuses()) <= {200, 201, 404, 503}
    assert during.without_retry_after == []
    assert all(counts[503] for counts in during.writes.values())
    assert readable == (during.total("reads", 503) == 0)
    assert during.slowest_s < (6 if readable else 3)
    said = [entry["user"] for entry in logs if entry["event"] == "database.unable" and entry["reason"] == reason]
    assert sorted(said) == (["writer"] if readable else ["reads", "writer"])
    assert not [entry for entry in logs if entry["event"] in ("request.broken", "page.broken", "command.broken")]
    assert (ready.status_code, ready.json()["reason"]) == (503, reason)
    assert ready.headers["retry-after"] == "1"
    await asyncio.sleep(2)
    after = await ask_everywhere(web, demo, 0.5)
    assert after.statuses() <= {200, 201, 404}
    assert (await web.get("/readyz")).json() == {"ready": True}
    _nothing_lost(server, demo, before, began, during, after)
    assert await check(running.engine) == []


def _nothing_lost(server: EmbeddedPostgres, demo: dict[str, Any], *seen: Seen) -> None:
    """Every acknowledged order of this shop is stored, and no other."""
    acknowledged = sum(each.total("writes", 200) + each.total("writes", 201) for each in seen)
    with psycopg.connect(server.dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM orders WHERE merchant_id = (SELECT max(merchant_id) FROM merchants)"
        ).fetchone()
    assert row == (acknowledged,)


async def test_the_page_is_busy_in_both_languages(
    web: httpx.AsyncClient, demo: dict[str, Any], server: EmbeddedPostgres
) -> None:
    """A buyer reads in the own language that nothing was changed and to try again; the doors use their own envelope."""
    async with fault_kit.stopped(server):
        await read(web, demo, "leuwongrr")
        pages = [await web.get(fault_kit.PAGE, headers={"accept-language": language}) for language in ("id", "en")]
        answers = [await read(web, demo, door) for door in fault_kit.LISTS]
        home = await web.get("/")
    assert [page.status_code for page in (*pages, *answers)] == [503] * 6
    assert "Server sedang sibuk" in pages[0].text
    assert "The server is busy" in pages[1].text
    assert all(page.headers["retry-after"] == "2" for page in pages)
    assert all(answer.headers["content-type"] == "application/json" for answer in answers)
    assert home.status_code == 200


async def test_too_many_reads_are_busy_in_time(running: App, web: httpx.AsyncClient, demo: dict[str, Any]) -> None:
    """All connections for reading are in use: reads wait two seconds and are busy; orders are placed meanwhile."""

    async def hold() -> None:
        async with running.engine.connection() as connection:
            await connection.execute("SELECT pg_sleep(5)")

    holders = [asyncio.create_task(hold()) for _ in range(4)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    answers = await asyncio.gather(*(read(web, demo, "scalev") for _ in range(300)))
    assert {answer.status_code for answer in answers} == {503}
    assert time.monotonic() - began < 4.5
    assert (await order(web, demo, "cekceir")).status_code in (200, 201)
    await asyncio.gather(*holders)
    assert (await read(web, demo, "scalev")).status_code == 200


async def test_readiness_needs_the_migrations(web: httpx.AsyncClient, server: EmbeddedPostgres) -> None:
    """A database without this version's last migration is not ready, one with a later version's is."""
    assert (await web.get("/readyz")).json() == {"ready": True}
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("UPDATE _yoyo_migration SET migration_id = '9' || migration_id WHERE migration_id ~ '^0001'")
        try:
            assert (await web.get("/readyz")).json() == {"ready": False, "reason": "migrations"}
        finally:
            connection.execute(
                "UPDATE _yoyo_migration SET migration_id = substr(migration_id, 2) WHERE migration_id ~ '^90'"
            )
        connection.execute(
            "INSERT INTO _yoyo_migration SELECT reverse(migration_hash), '9999-later', now() "
            "FROM _yoyo_migration LIMIT 1"
        )
    assert (await web.get("/readyz")).json() == {"ready": True}
