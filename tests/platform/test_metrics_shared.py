"""Two processes of one server, here in one: what the engines and partners of both did is told as one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator
from dataclasses import replace

import httpx
import pytest
from metrics_kit import SCRAPE, TOKEN, Series, series

from app_kit import app_of
from gerai.app import App
from gerai.domain.refusals import NotFound
from gerai.engine.deposits.manual import ManualDeposit
from gerai.kit.shared_counters import CounterShare, shared_memory
from gerai.settings import MetricsSettings, Settings

UNKNOWN = {"environment": "sandbox", "account_id": -1, "amount_sen": 1}


@pytest.fixture
def memory() -> Generator[int]:
    """A memory for two processes."""
    descriptor = shared_memory(2)
    yield descriptor
    os.close(descriptor)


async def scrape(app: App) -> Series:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=SCRAPE) as client:
        return series((await client.get("/metrics")).text)


async def refuse(app: App, merchant_id: int, times: int) -> None:
    """So many commands that are refused."""
    for _ in range(times):
        with pytest.raises(NotFound):
            await app.engine.submit(ManualDeposit(merchant_id=merchant_id, **UNKNOWN))


async def until_refused(app: App, total: int) -> None:
    """Wait until a scrape of this process tells so many refused commands."""
    async with asyncio.timeout(20):
        while True:
            if (await scrape(app)).of("gerai_engine_refused_total") == total:
                return
            await asyncio.sleep(0.1)


async def test_figures_of_the_other_process(settings: Settings, memory: int, merchant: object) -> None:
    """What another process's engine did is told within seconds; what it did before it stopped, at once and for good; a
    successor in its place counts on."""
    merchant_id: int = merchant.merchant_id  # type: ignore[attr-defined]
    settings = replace(settings, metrics=MetricsSettings(token=TOKEN))
    one = app_of(settings, share=CounterShare(memory, 0))
    async with one.running():
        other = app_of(settings, share=CounterShare(memory, 1))
        async with other.running():
            await refuse(one, merchant_id, 3)
            await refuse(other, merchant_id, 4)
            await until_refused(one, 7)
            await refuse(other, merchant_id, 5)
        assert (await scrape(one)).of("gerai_engine_refused_total") == 12
        successor = app_of(settings, share=CounterShare(memory, 1))
        async with successor.running():
            await refuse(successor, merchant_id, 1)
            told = await scrape(successor)
            assert (await scrape(one)).of("gerai_engine_queue_length") == 0
        assert told.of("gerai_engine_refused_total") == 13
        assert told.of("gerai_outgoing_requests_total", partner="roblox") == 0
