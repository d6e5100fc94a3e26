"""Power cuts: the server (and once PostgreSQL with it) is killed in the middle of load and started again.

Every order that was acknowledged exists exactly once, nobody's retry doubles one, the books are right, and work that
was waiting goes on.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from load_kit import Load

from gerai.store.embedded import running
from gerai.testing.server import LiveServer, live_server


@pytest.fixture
def shop(tmp_path: Path) -> Generator[LiveServer]:
    """A fresh shop on a free port."""
    with live_server(tmp_path / "shop") as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("database_too", [False, True], ids=["server", "server and PostgreSQL"])
async def test_nothing_acknowledged_is_lost_or_doubled(shop: LiveServer, database_too: bool) -> None:
    """kill -9 under load, restart, retry all: one order per key, the acknowledged ones unchanged, the books right."""
    shop.start()
    base_url = shop.base_url
    load = Load(shop.demo)

    await load.run(base_url, lambda: shop.kill(database_too=database_too))
    shop.start()
    retried = await load.retry(base_url)

    assert len(load.acknowledged) > 50
    assert {key: retried[key] for key in load.acknowledged} == load.acknowledged
    assert len(set(retried.values())) == len(load.sent)
    assert await load.settled(base_url)
    shop.stop()
    with running(shop.folder) as dsn, psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT key) FROM idempotency_keys WHERE key ~ '^(leuwongrr|cekceir)-'"
        ).fetchone()
        placed = connection.execute("SELECT count(*) FROM orders WHERE reference ~ '^leuwongrr-'").fetchone()
    assert row == (len(load.sent), len(load.sent))
    assert placed == (sum(key.startswith("leuwongrr") for key in load.sent),)
    command = [sys.executable, "-m", "gerai", "check", "--data", str(shop.folder)]
    checked = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()
