"""The database goes away under workers, idle or busy, and comes back: every kind of work goes on, by itself."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gerai.kit.secret_box import new_key
from gerai.store.embedded import scratch
from gerai.store.migrate import migrate
from gerai.testing.database_link import DatabaseLink, LinkState, database_link
from gerai.testing.receiver import receiving
from gerai.torture.errands import SETTINGS, Errands, NotDone, open_errands
from gerai.torture.figures import Figures
from gerai.torture.jobs import jobs_left
from gerai.torture.load import broken_books
from gerai.torture.shop import engine_beside

_FIRST_DONE_WITHIN_S = 60.0
#: How long after the database is back everything that was placed then is done.
_GOES_ON_WITHIN_S = 30.0
#: Work left in the middle is taken up when its runner has been silent for half a minute (another worker's), or at once;
#: a job that got no answer is given up, and tried again, after a minute and a half.
_LEFT_OVER_WITHIN_S = 105.0
_BUSY_EVERY_S = 0.5


@dataclass(frozen=True)
class Outage:
    """``state``: how the database is away; ``busy``: in the middle of work; ``workers``: how many processes."""

    state: LinkState
    away_s: float
    busy: bool
    workers: int


async def worker_outages(folder: Path, *, rounds: int, outages: Sequence[Outage], slack: float = 1.0) -> Figures:
    """The outages in turns. Before it every kind of work is done; afterwards, too, within half a minute (times
    ``slack``), by the same processes, and nothing stays in the hands of a runner that is gone."""
    figures, seal_key = Figures(), new_key()
    with scratch() as server, receiving() as receiver, database_link(server.dsn) as link:
        migrate(server.dsn)
        async with engine_beside(server.dsn).running() as engine:
            errands = await open_errands(engine, receiver, seal_key)
            for outage in itertools.islice(itertools.cycle(outages), rounds):
                logs = folder / f"workers-{figures.rounds}"
                await asyncio.to_thread(logs.mkdir, parents=True)
                figures.rounds += 1
                await _one(figures, errands, link, logs, seal_key, outage, slack)
                figures.broken += await broken_books(server.dsn)
    return figures


async def _one(
    figures: Figures, errands: Errands, link: DatabaseLink, logs: Path, seal_key: str, outage: Outage, slack: float
) -> None:
    what = f"{outage.state} {outage.away_s:.0f} s, {'busy' if outage.busy else 'idle'}, {outage.workers} workers"
    try:
        async with gerai_work(link.dsn, logs, seal_key, outage.workers):
            await errands.done_after(_FIRST_DONE_WITHIN_S * slack)
            load = asyncio.create_task(keep_busy(errands)) if outage.busy else None
            await asyncio.sleep(1)
            await break_for(link, outage.state, outage.away_s)
            back = time.monotonic()
            if load is not None:
                load.cancel()
                with suppress(asyncio.CancelledError):
                    await load
            done = await errands.done_after(_GOES_ON_WITHIN_S * slack)
            figures.longest_outage_s = max(figures.longest_outage_s, time.monotonic() - back)
            figures.acknowledged += len(done)
            figures.notes.append(f"{what}: every kind of work done in {max(done.values()):.1f} s")
            left = await jobs_left(errands.engine.dsn, _LEFT_OVER_WITHIN_S * slack)
            figures.expect(not left, f"{what}: {len(left)} jobs hang: {left[:3]}")
    except (NotDone, WorkerEnded) as error:
        figures.broken.append(f"{what}: {error}")
    figures.expect("task.given_up" not in log_of(logs), f"{what}: a task was given up")


async def keep_busy(errands: Errands) -> None:
    """Work without end, until cancelled."""
    while True:
        await errands.send()
        await asyncio.sleep(_BUSY_EVERY_S)


async def break_for(link: DatabaseLink, state: LinkState, away_s: float) -> None:
    """The database is away for so long."""
    await asyncio.to_thread(link.set, state)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(link.set, "passing")


class WorkerEnded(AssertionError):
    """A worker left with another code than it should have; the text has its log."""


@asynccontextmanager
async def gerai_work(
    dsn: str, folder: Path, seal_key: str, number: int = 1, expect: int = 0
) -> AsyncGenerator[list[subprocess.Popen[bytes]]]:
    """So many `gerai work` on this address; their logs are in the folder. They are asked to stop at the end, and must
    have ended with this code then (WorkerEnded)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")}
    environment = kept | {
        "DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": seal_key, "GERAI_WEBHOOKS_ALLOW_LOOPBACK": "true",
        "GERAI_HTTP_PUBLIC_BASE_URL": "http://127.0.0.1", **SETTINGS,
    }  # fmt: skip
    command = [sys.executable, "-P", "-m", "gerai", "work"]
    workers: list[subprocess.Popen[bytes]] = []
    try:
        for index in range(number):
            with (folder / f"work-{index}.log").open("ab") as log:
                workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))  # noqa: ASYNC220
        yield workers
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        codes = [await asyncio.to_thread(worker.wait, 30) for worker in workers]
        if codes != [expect] * number:
            raise WorkerEnded(f"they left with {codes}: {log_of(folder)[-2000:]}")
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()


def log_of(folder: Path) -> str:
    """Every worker's log."""
    return "\n".join(file.read_text() for file in sorted(folder.glob("work-*.log")))
