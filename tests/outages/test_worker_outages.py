"""The database goes away under a worker and comes back: every kind of work goes on, in each worker, by itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from outage_kit import LONG_OUTAGES_S, Errands, broken_invariants, gerai_work, log_of, open_errands

from gerai.engine.core import Engine
from gerai.kit.secret_box import new_key
from gerai.testing.database_link import DatabaseLink, LinkState, database_link
from gerai.testing.receiver import Receiver, receiving

#: How long after the database is back everything that was placed then is done.
_GOES_ON_WITHIN_S = 30.0
LINK_STATES: list[LinkState] = ["refusing", "frozen", "starting"]
#: Work left in the middle is taken up when its runner has been silent for half a minute (another worker's), or at once.
_LEFT_OVER_WITHIN_S = 75.0


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


async def keep_busy(errands: Errands) -> None:
    """Work without end, until cancelled."""
    while True:
        await errands.send()
        await asyncio.sleep(0.25)


async def break_for(link: DatabaseLink, state: LinkState, away_s: float) -> None:
    """The database is away for so long."""
    await asyncio.to_thread(link.set, state)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(link.set, "passing")


async def no_job_left(dsn: str, within_s: float) -> None:
    """Wait until no job is running or due: nothing hangs in the hands of a runner that is gone."""
    left: list[tuple[object, ...]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s), await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            while True:
                cursor = await connection.execute(
                    "SELECT task_name, status, attempts, worker_id, scheduled_at FROM procrastinate_jobs "
                    "WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
                )
                if not (left := await cursor.fetchall()):
                    return
                await asyncio.sleep(0.2)
    raise AssertionError(f"jobs left: {left}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "away_s", "busy", "number"),
    [
        ("refusing", 5, False, 1),
        ("refusing", 5, True, 1),
        ("frozen", 5, True, 2),
        ("refusing", 20, True, 2),
        ("frozen", 20, False, 1),
        *((state, away_s, busy, 2) for away_s in LONG_OUTAGES_S for state in LINK_STATES for busy in (False, True)),
    ],
)
async def test_work_goes_on(
    errands: Errands, link: DatabaseLink, own_dsn: str, tmp_path: Path, seal_key: str,
    state: LinkState, away_s: float, busy: bool, number: int,
) -> None:  # fmt: skip
    """Away for so long, refused or silent, idle or in the middle of work: afterwards fulfilment, expiry, settlement of
    payments and deposits, webhooks and the look at the books are done within half a minute, by the same processes;
    nothing stays in the hands of a runner that is gone, and the books are right."""
    async with gerai_work(link.dsn, tmp_path, seal_key, number):
        await errands.done_after(60)
        load = asyncio.create_task(keep_busy(errands)) if busy else None
        await asyncio.sleep(1)
        await break_for(link, state, away_s)
        if load is not None:
            load.cancel()
        done = await errands.done_after(_GOES_ON_WITHIN_S)
        print(f"outage {state} {away_s} s, busy={busy}, workers={number}: {done}")
        await no_job_left(own_dsn, _LEFT_OVER_WITHIN_S)
    assert "task.given_up" not in log_of(tmp_path)
    assert broken_invariants(own_dsn) == []


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
                async with asyncio.timeout(10):
                    while not await expired():  # noqa: ASYNC110 - another process does it
                        await asyncio.sleep(0.1)
                assert worker.poll() is None
                await asyncio.to_thread(worker.wait, 60)
            finally:
                connection.execute("ALTER FUNCTION gone RENAME TO procrastinate_fetch_job_v2")
    told = [line for line in (tmp_path / "work-0.log").read_text().splitlines() if line.startswith("gerai: ")]
    [line] = told
    assert line.startswith("gerai: jobs failed 8 times in a row, at last: function procrastinate_fetch_job_v2")
