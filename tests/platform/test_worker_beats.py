"""Workers write down when they made progress: by kind of work, by the database's clock, and not for being there."""

from __future__ import annotations

import asyncio

import psycopg

from app_kit import no_gateways
from gerai.app import WEBHOOK_CONTRACTS
from gerai.engine.core import Engine
from gerai.found import FoundPartners
from gerai.kit.supervise import Supervisor
from gerai.settings import DatabaseSettings, Settings, WorkerSettings
from gerai.worker.main import WORK_KINDS, Worker
from gerai.worker.presence import keep_presence


def beats(dsn: str) -> dict[str, float]:
    """Seconds since the last progress, by kind."""
    with psycopg.connect(dsn) as connection:
        text = (
            "SELECT kind, extract(epoch FROM clock_timestamp() - max(beat_at))::float8 FROM worker_beats GROUP BY kind"
        )
        return dict(connection.execute(text).fetchall())


async def until_beaten(dsn: str, kinds: set[str]) -> dict[str, float]:
    async with asyncio.timeout(20):
        while not kinds <= (found := await asyncio.to_thread(beats, dsn)).keys():  # noqa: ASYNC110 - rows appear
            await asyncio.sleep(0.05)
    return found


async def test_a_worker_is_seen_with_every_kind_of_work(own_dsn: str) -> None:
    """Also with the books, where they are never checked: that task lives on, and is not taken for one that failed."""
    settings = Settings(
        database=DatabaseSettings(url=own_dsn), worker=WorkerSettings(check_every_s=0, poll_interval_s=0.2)
    )
    async with Engine(own_dsn).running() as engine, FoundPartners(settings) as partners:
        worker = Worker(engine, partners, no_gateways(engine), settings, WEBHOOK_CONTRACTS)
        async with worker.running():
            # The first progress of some comes after the first beat is written.
            watch = asyncio.create_task(keep_presence(engine, worker.supervisor, WORK_KINDS, every_s=0.1))
            found = await until_beaten(own_dsn, set(WORK_KINDS))
            watch.cancel()
            assert worker.supervisor.states["books"].restarts == 0
            assert worker.supervisor.states["books"].alive_since is not None
        assert max(found.values()) < 10


async def test_what_makes_no_progress_grows_old(own_dsn: str) -> None:
    """A task that lives without a beat, and one that is started again and again, are no progress; one that ended stays
    as it was; others go on."""
    with psycopg.connect(own_dsn, autocommit=True) as connection:
        connection.execute("DELETE FROM worker_beats")

    async def beating() -> None:
        while True:
            watch.beat("sound")
            await asyncio.sleep(0.01)

    async def stuck() -> None:
        watch.beat("stuck")
        await asyncio.Event().wait()

    async def failing() -> None:
        raise ZeroDivisionError

    async def ending() -> None:
        await asyncio.sleep(0.3)

    watch = Supervisor(
        "sound", "stuck", "failing", "plain", failures_at_most=1_000, first_pause_s=0.01, longest_pause_s=0.01
    )
    async with Engine(own_dsn).running() as engine:
        for name, run in (("sound", beating), ("stuck", stuck), ("failing", failing)):
            watch.start(name, run, 60.0)
        watch.start("plain", ending)
        keeping = asyncio.create_task(keep_presence(engine, watch, list(watch.states), every_s=0.1))
        await until_beaten(own_dsn, {"sound", "stuck", "plain"})
        await watch.finish("plain")
        await asyncio.sleep(1.2)
        found = await asyncio.to_thread(beats, own_dsn)
        keeping.cancel()
        await watch.stop()
    assert set(found) == {"sound", "stuck", "plain"}
    assert found["sound"] < 1
    assert found["stuck"] > 1
    assert found["plain"] > 0.9
