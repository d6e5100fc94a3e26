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
    services = AppServices(app.engine, RateLimiter(), replace(app.settings, pages=limits), app.partners)
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
