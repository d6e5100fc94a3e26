"""A key is revoked while the connections that would bring the news are silent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import time
from collections.abc import Generator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from gerai.demo.shop import DEMOS
from gerai.engine.core import Engine
from gerai.engine.keys.manage import revoke_key
from gerai.store.embedded import running
from gerai.torture.figures import Figures
from gerai.torture.shop import engine_beside, open_shop

_LISTENING: Final = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND pid <> pg_backend_pid()"
_REFUSED: Final = (401, 403)
_GIVE_UP_AFTER_S: Final = 30.0


async def revoked_keys(folder: Path, *, rounds: int, slack: float = 1.0) -> Figures:
    """The server processes behind all LISTEN connections stand still (SIGSTOP); then the keys of one counter are
    revoked, in turns. The outage is how long they live on; the other counters' keys must work all the while."""
    figures, shops = Figures(), itertools.count(1)
    while figures.rounds < rounds:
        place = folder / f"shop-{next(shops)}"
        async with open_shop(place, figures, clients=0, load_s=0.0, slack=slack) as shop:
            with running(place) as dsn:
                async with (
                    engine_beside(dsn).running() as engine,
                    httpx.AsyncClient(base_url=shop.server.base_url, timeout=30, trust_env=False) as client,
                ):
                    demo, left = shop.server.demo, list(DEMOS)
                    # The last one's keys stay: somebody must show that others are served.
                    while len(left) > 1 and figures.rounds < rounds:
                        await _round(figures, engine, client, dsn, demo, left.pop(0), left)
    return figures


async def _round(
    figures: Figures, engine: Engine, client: httpx.AsyncClient, dsn: str, demo: dict[str, Any], door: str,
    others: list[str],
) -> None:  # fmt: skip
    keys = [
        key for value in demo[door].values() if isinstance(value, str) and (key := engine.directory.find_key(value))
    ]
    with _stopped(dsn):
        for key in keys:
            await revoke_key(engine, key.merchant.merchant_id, key.key_id)
        began = time.monotonic()
        while await _read(client, demo, door) not in _REFUSED:
            if time.monotonic() - began > _GIVE_UP_AFTER_S:
                figures.broken.append(f"{door}: revoked keys live on")
                break
            statuses = await asyncio.gather(*(_read(client, demo, other) for other in others))
            figures.acknowledged += sum(status == HTTPStatus.OK for status in statuses)
            figures.expect({*statuses} == {HTTPStatus.OK}, f"others got {statuses}")
            await asyncio.sleep(0.05)
        figures.longest_outage_s = max(figures.longest_outage_s, time.monotonic() - began)
    figures.expect(bool(keys), f"{door}: no key of its section of demo.json is known")
    figures.rounds += 1


async def _read(client: httpx.AsyncClient, demo: dict[str, Any], door: str) -> int:
    placing = DEMOS[door].order(demo[door], 0)
    return (await client.get(placing.path, headers=dict(placing.headers))).status_code


def _stopped(dsn: str) -> contextlib.AbstractContextManager[None]:
    """Whoever serves a LISTEN connection does nothing for the length of the block."""
    with psycopg.connect(dsn) as connection:
        return stopped([pid for (pid,) in connection.execute(_LISTENING).fetchall()])


@contextlib.contextmanager
def stopped(pids: list[int]) -> Generator[None]:
    """These backends of our own server do nothing for the length of the block."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
