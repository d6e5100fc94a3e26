"""Backed up under load, destroyed, brought back elsewhere: every order acknowledged before the backup began."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from load_kit import Load

import fork_server
from gerai.store.embedded import running
from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import remove_tree
from gerai.testing.server import LiveServer, live_server


@pytest.fixture
def shop(tmp_path: Path) -> Generator[LiveServer]:
    """A fresh shop on a free port."""
    with live_server(tmp_path / "shop") as server:
        yield server


@pytest.fixture
def elsewhere(tmp_path: Path) -> Generator[LiveServer]:
    """Where it is brought back."""
    with live_server(tmp_path / "elsewhere") as server:
        yield server


def gerai(*words: str) -> str:
    done = fork_server.run(words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
async def test_what_was_acknowledged_before_is_there(shop: LiveServer, elsewhere: LiveServer, tmp_path: Path) -> None:
    """While 16 clients place orders: a backup; then the machine is gone. Restored into another folder the books
    balance, every order acknowledged before the backup began is there once and as it was, waiting work goes on, and a
    retry doubles none."""
    shop.start()
    load, before, during = Load(shop.demo), dict[str, str](), list[int]()

    def back_up_and_destroy() -> None:
        before.update(load.acknowledged)
        gerai("backup", "--data", str(shop.folder), "--to", str(tmp_path / "backups"))
        during.append(len(load.acknowledged) - len(before))
        shop.kill(database_too=True)

    await load.run(shop.base_url, back_up_and_destroy)
    pointer = read_pointer(shop.folder)
    assert pointer is not None
    remove_tree(pointer.home)
    remove_tree(shop.folder)
    assert len(before) > 50
    assert during[0] > 0, "the server did not work while it was backed up"

    [file] = (tmp_path / "backups").iterdir()
    said = await asyncio.to_thread(gerai, "restore", str(file), "--data", str(elsewhere.folder))
    assert "the books hold" in said
    elsewhere.start()
    load.demo = json.loads((elsewhere.folder / "demo.json").read_text())
    load.sent = [key for key in load.sent if key in before]
    retried = await load.retry(elsewhere.base_url)
    assert retried == before
    load.acknowledged = before
    assert await load.settled(elsewhere.base_url)
    elsewhere.stop()
    with running(elsewhere.folder) as dsn, psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT key FROM idempotency_keys WHERE key ~ '^(leuwongrr|cekceir)-'").fetchall()
    keys = [row[0] for row in rows]
    assert len(keys) == len(set(keys))
    assert set(before) <= set(keys)
    gerai("check", "--data", str(elsewhere.folder))
