"""Jobs with a delay begin when it is over, whatever else goes on, and the queue is asked no more often for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job

from gerai.worker.next_due import PromptManager

POLL_S = 5.0
#: What a job may be late by on a busy machine; without being woken it is seconds.
LATE_S = 0.4


class Counting(PromptManager):
    """Counts how often the queue is asked for work."""

    fetched = 0

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        self.fetched += 1
        return await super().fetch_job(queues, worker_id)


@asynccontextmanager
async def runner(dsn: str) -> AsyncGenerator[tuple[list[tuple[str, float]], Counting]]:
    """A runner that notes what began, and when on the loop's clock."""
    connector = PsycopgConnector(conninfo=dsn, min_size=1, max_size=4)
    app = App(connector=connector)
    manager = app.job_manager = Counting(connector, POLL_S)
    began: list[tuple[str, float]] = []

    @app.task(name="note")
    async def note(name: str) -> None:
        began.append((name, asyncio.get_running_loop().time()))

    async with app.open_async():
        running = asyncio.create_task(
            app.run_worker_async(
                fetch_job_polling_interval=POLL_S, install_signal_handlers=False, delete_jobs="successful"
            )
        )
        # Its first look is over.
        await asyncio.sleep(0.4)
        yield began, manager
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert note.name == "note"


def defer(dsn: str, delay_s: float | None, name: str) -> None:
    """As a process does that knows nothing of the runner."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('q', 'note', 0, NULL, NULL, jsonb_build_object('name', "
            "%s::text), now() + %s::float8 * interval '1 second')::procrastinate_job_to_defer_v1])",
            (name, delay_s),
        )


@pytest.mark.parametrize("noisy", [False, True])
async def test_a_delay_is_kept(own_dsn: str, noisy: bool) -> None:
    """0.05 to 3 s, inserted longest first, with and without other jobs coming all the time."""
    delays = (3.0, 1.7, 1.0, 0.3, 0.05)
    async with runner(own_dsn) as (began, _):
        start = asyncio.get_running_loop().time()
        for delay_s in delays:
            await asyncio.to_thread(defer, own_dsn, delay_s, str(delay_s))
        while noisy and asyncio.get_running_loop().time() < start + 3.2:
            await asyncio.to_thread(defer, own_dsn, None, "at once")
            await asyncio.sleep(0.03)
        await asyncio.sleep(max(0.0, start + max(delays) + 2 * LATE_S - asyncio.get_running_loop().time()))
    late = {name: at - start - float(name) for name, at in began if name != "at once"}
    assert set(late) == {str(delay_s) for delay_s in delays}
    assert {name: by for name, by in late.items() if not -0.05 <= by <= LATE_S} == {}


async def test_a_job_from_before_the_start_is_kept(own_dsn: str) -> None:
    """One that somebody else deferred while no runner was there begins in time all the same."""
    await asyncio.to_thread(defer, own_dsn, 1.5, "before")
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with runner(own_dsn) as (began, _):
        await asyncio.sleep(1.5 + LATE_S)
    assert [name for name, _ in began] == ["before"]
    assert began[0][1] - start <= 1.5 + LATE_S


async def test_the_queue_is_asked_seldom(own_dsn: str) -> None:
    """Without work it is asked as often as before; jobs that are due in an hour change nothing about that."""
    async with runner(own_dsn) as (began, manager):
        for number in range(20):
            await asyncio.to_thread(defer, own_dsn, 3600.0, f"far {number}")
        await asyncio.sleep(0.3)
        before = manager.fetched
        await asyncio.sleep(2.0)
        assert manager.fetched - before <= 1
    assert began == []
    with psycopg.connect(own_dsn) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")


async def test_a_database_that_does_not_answer_is_no_fault_of_it(own_dsn: str, monkeypatch: Any) -> None:
    """A look ahead that fails is left out; jobs are run as they come."""
    async with runner(own_dsn) as (began, _):
        monkeypatch.setattr("gerai.worker.next_due._NEXT_DUE", "SELECT 1 / 0 AS wait_s WHERE %(within_s)s > 0")
        await asyncio.to_thread(defer, own_dsn, None, "at once")
        await asyncio.sleep(0.5)
        await asyncio.to_thread(defer, own_dsn, None, "again")
        await asyncio.sleep(0.5)
    assert [name for name, _ in began] == ["at once", "again"]
