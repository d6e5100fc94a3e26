"""A worker whose database is away, or cannot serve it: it stops when asked, and ends by itself when nothing
helps. (That work goes on after an outage: `gerai torture`, test_tortures.py.)"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from gerai.engine.core import Engine
from gerai.kit.secret_box import new_key
from gerai.testing.database_link import DatabaseLink, database_link
from gerai.testing.receiver import Receiver, receiving
from gerai.torture.errands import Errands, open_errands
from gerai.torture.workers import gerai_work, log_of

#: How long after the database is back everything that was placed then is done.
_GOES_ON_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def seal_key() -> str:
    return new_key()


@pytest.fixture(scope="module")
def receiver() -> Generator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def link(own_dsn: str) -> Generator[DatabaseLink]:
    """The workers' way to the database; the test itself has its own."""
    with database_link(own_dsn) as link:
        yield link


@pytest_asyncio.fixture(scope="module")
async def errands(own_dsn: str, receiver: Receiver, seal_key: str) -> AsyncGenerator[Errands]:
    async with Engine(own_dsn, reads_pool_size=4).running() as engine:
        yield await open_errands(engine, receiver, seal_key)


@pytest.mark.slow
async def test_a_worker_stops_while_the_database_is_away(
    errands: Errands, link: DatabaseLink, tmp_path: Path, seal_key: str
) -> None:
    """SIGTERM in the middle of an outage: it ends with 0 in good time."""
    async with gerai_work(link.dsn, tmp_path, seal_key) as [worker]:
        await errands.done_after(60)
        for state in ("refusing", "frozen"):
            await asyncio.to_thread(link.set, state)
            await asyncio.sleep(2)
            if state == "refusing":
                assert worker.poll() is None, log_of(tmp_path)
                await asyncio.to_thread(link.set, "passing")
                await errands.done_after(_GOES_ON_WITHIN_S)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 60) == 0


@pytest.mark.slow
async def test_a_worker_that_cannot_work_says_so_and_ends(
    errands: Errands, own_dsn: str, tmp_path: Path, seal_key: str
) -> None:
    """The queue cannot be asked although the database is there: after eight lives the process ends by itself, with 1
    and one sentence; until then everything but the queue went on."""
    async with gerai_work(own_dsn, tmp_path, seal_key, expect=1) as [worker]:
        await errands.done_after(60)
        with psycopg.connect(own_dsn, autocommit=True) as connection:
            connection.execute("ALTER FUNCTION procrastinate_fetch_job_v2 RENAME TO gone")
            try:
                expired = (await errands.send())["expiry"]
                async with asyncio.timeout(40):
                    while not await expired():  # noqa: ASYNC110 - another process does it
                        await asyncio.sleep(0.1)
                assert worker.poll() is None
                await asyncio.to_thread(worker.wait, 60)
            finally:
                connection.execute("ALTER FUNCTION gone RENAME TO procrastinate_fetch_job_v2")
    told = [line for line in (tmp_path / "work-0.log").read_text().splitlines() if line.startswith("gerai: ")]
    [line] = told
    assert line.startswith("gerai: jobs failed 8 times in a row, at last: function procrastinate_fetch_job_v2")
