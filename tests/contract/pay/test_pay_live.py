"""The live stream's limits, and the watcher that feeds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any

import httpx
import pytest
from test_pay_http import place

from app_kit import no_gateways
from gerai.app import PAGES, App
from gerai.domain.refusals import Refusal, every_refusal
from gerai.doors.http.context import AppServices
from gerai.doors.http.door import Door
from gerai.doors.http.limits import RateLimiter
from gerai.doors.pay.answers import refuse
from gerai.doors.pay.page_watcher import PageWatcher, Watch
from gerai.engine.core import Engine
from gerai.engine.orders.cancel import CancelOrder
from gerai.settings import PageSettings


@asynccontextmanager
async def pages_with(app: App, limits: PageSettings) -> AsyncGenerator[httpx.AsyncClient]:
    """The pages alone, with other limits, on the same engine."""
    services = AppServices(
        app.engine, RateLimiter(), replace(app.settings, pages=limits), app.partners, no_gateways(app.engine)
    )
    transport = httpx.ASGITransport(app=Door(PAGES, services))
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        yield client


async def test_a_quiet_stream_beats_and_ends(app: App, engine: Engine, merchant: Any) -> None:
    """Without news it says nothing but heartbeats, and ends after its time so that the page connects anew."""
    order = (await place(engine, merchant.merchant_id)).order
    async with pages_with(app, PageSettings(heartbeat_s=0.2, stream_seconds=1, poll_interval_s=0.05)) as client:
        answer = await client.get(f"/i/{order.secret}/events")
    beats = answer.text.count(":\n\n")
    assert 3 <= beats <= 5
    assert answer.text.count("event: version") == 1
    assert "event: end" not in answer.text


async def test_a_stream_ends_in_time_between_two_beats(app: App, engine: Engine, merchant: Any) -> None:
    """One that beats every 15 seconds is over after its own one second, and its place is free."""
    order = (await place(engine, merchant.merchant_id)).order
    async with pages_with(app, PageSettings(stream_seconds=1, streams_per_link=1)) as client:
        await asyncio.wait_for(client.get(f"/i/{order.secret}/events"), 5)
        [again] = await held(client, order.secret, 1)
        assert await asyncio.wait_for(live([again]), 5) == 1


async def test_a_final_order_ends_the_stream_at_once(app: App, engine: Engine, merchant: Any) -> None:
    """A page of a cancelled order is told its version and that nothing more will come."""
    order = (await place(engine, merchant.merchant_id)).order
    await engine.submit(CancelOrder(merchant_id=order.merchant_id, environment="sandbox", order_id=order.order_id))
    async with pages_with(app, PageSettings(stream_seconds=5)) as client:
        answer = await client.get(f"/i/{order.secret}/events")
    assert answer.text.endswith("event: end\ndata: \n\n")
    assert answer.text.count("event: version") == 1


async def test_the_number_of_streams_is_bounded(app: App, engine: Engine, merchant: Any) -> None:
    """Beyond the limit the stream answers 503 with Retry-After; the page itself goes on working."""
    order = (await place(engine, merchant.merchant_id)).order
    async with pages_with(app, PageSettings(streams_limit=0)) as client:
        answer = await client.get(f"/i/{order.secret}/events")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert (await client.get(f"/i/{order.secret}")).status_code == 200


async def held(client: httpx.AsyncClient, secret: str, number: int) -> list[asyncio.Task[httpx.Response]]:
    """So many open the live page of one link at the same moment, and keep it open."""
    tasks = [asyncio.create_task(client.get(f"/i/{secret}/events")) for _ in range(number)]
    await asyncio.sleep(0.4)
    return tasks


async def live(tasks: list[asyncio.Task[httpx.Response]]) -> int:
    """How many of them were served live."""
    answers = await asyncio.gather(*tasks)
    assert {answer.status_code for answer in answers} <= {200, 503}
    return sum("event: version" in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("limits", "served"),
    [
        (PageSettings(streams_per_link=5, stream_seconds=2), (5, 5)),
        (PageSettings(streams_per_address=7, stream_seconds=2), (7, 0)),
        (PageSettings(streams_limit=8, streams_per_link=6, stream_seconds=2), (6, 2)),
    ],
)
async def test_nobody_takes_all_places(
    app: App, engine: Engine, merchant: Any, limits: PageSettings, served: tuple[int, int]
) -> None:
    """Of many who open one link at once some are served live, and room is left for another link; one address has its
    share, whatever it opens. Whoever leaves makes room."""
    one, other = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    async with pages_with(app, limits) as client:
        first = await held(client, one.secret, 10)
        second = await held(client, other.secret, 10)
        assert (await live(first), await live(second)) == served
        assert await live(await held(client, other.secret, 1)) == 1


async def test_pages_of_one_order_read_a_change_once(
    app: App, engine: Engine, merchant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty live pages of one order: all show its change, and the order is read for it a few times, not forty."""
    order = (await place(engine, merchant.merchant_id)).order
    reads: list[int] = []
    as_now = type(engine.orders).as_now

    async def counted(self: Any, asked: Any) -> Any:
        reads.append(asked.order_id)
        return await as_now(self, asked)

    async with pages_with(app, PageSettings(stream_seconds=3, poll_interval_s=0.1)) as client:
        pages = await held(client, order.secret, 40)
        monkeypatch.setattr(type(engine.orders), "as_now", counted)
        await engine.submit(CancelOrder(merchant_id=order.merchant_id, environment="sandbox", order_id=order.order_id))
        answers = await asyncio.gather(*pages)
    assert all(answer.text.endswith("event: end\ndata: \n\n") for answer in answers)
    assert 1 <= len(reads) <= 4


async def test_asking_for_the_head_holds_no_stream(app: App, engine: Engine, merchant: Any) -> None:
    """HEAD answers at once."""
    order = (await place(engine, merchant.merchant_id)).order
    async with pages_with(app, PageSettings()) as client:
        answer = await asyncio.wait_for(client.head(f"/i/{order.secret}/events"), 2)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_the_watcher_rings_for_the_right_page(engine: Engine, merchant: Any) -> None:
    """A change rings its own order's bells only, and nobody polls once the last page is closed."""
    one, other = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    watcher = PageWatcher()
    with (
        watcher.watch(engine, Watch(one.merchant_id, one.order_id), 0.02) as mine,
        watcher.watch(engine, Watch(one.merchant_id, one.order_id), 0.02) as twin,
        watcher.watch(engine, Watch(other.merchant_id, other.order_id), 0.02) as foreign,
    ):
        for watch in (mine, twin, foreign):
            await asyncio.wait_for(watch.bell.wait(), 2)
            watch.bell.clear()
        await engine.submit(CancelOrder(merchant_id=one.merchant_id, environment="sandbox", order_id=one.order_id))
        await asyncio.wait_for(mine.bell.wait(), 2)
        await asyncio.wait_for(twin.bell.wait(), 2)
        assert not foreign.bell.is_set()
        assert watcher.pages(engine) == 3
    await asyncio.sleep(0.1)
    assert watcher.pages(engine) == 0
    assert watcher._tasks == {}


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda r: r.code)
def test_every_refusal_has_a_page(refusal: type[Refusal]) -> None:
    """Whatever the shared layer refuses becomes a page with a fitting status and no detail of ours."""
    values: dict[str, Any] = {"str": "secret-detail", "int": 7}
    facts = {f.name: values.get(str(f.type), ()) for f in fields(refusal)}
    answer = refuse(refusal(**facts), "request-1")
    assert answer.status_code in {400, 403, 404, 405, 408, 409, 413, 415, 421, 429, 500, 503}
    assert "secret-detail" not in bytes(answer.body).decode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
