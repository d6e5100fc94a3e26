"""Power cuts: the server (and once PostgreSQL with it) is killed in the middle of load and started again.

Every order that was acknowledged exists exactly once, nobody's retry doubles one, the books are right, and work that was
waiting goes on.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from gerai.store.embedded import running
from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import remove_tree
from gerai.store.embedded_process import end_left_over

_CLIENTS = 16
_LOAD_S = 2.5
_START_TIMEOUT_S = 60.0
_SETTLED_WITHIN_S = 90.0


@dataclass
class Shop:
    """A data folder, and the server that may be running on it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))

    def start(self) -> None:
        """Start `gerai up` and wait until it has placed its orders."""
        command = [sys.executable, "-m", "gerai", "up", "--data", str(self.folder), "--port", str(self.port)]
        log = (self.folder.parent / "up.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log.close()
        until = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/api/v1/health", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, "gerai up ended by itself"
                time.sleep(0.1)
        raise AssertionError("gerai up did not become healthy")

    def kill(self, *, database_too: bool) -> None:
        """kill -9, without a word of warning."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        if database_too:
            pointer = read_pointer(self.folder)
            assert pointer is not None
            postmaster = int((pointer.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(postmaster, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


@dataclass
class Load:
    """Orders sent at two doors with a key each, and what was acknowledged: key → the order's identifier."""

    demo: dict[str, Any]
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    sent: list[str] = field(default_factory=list[str])

    async def place(self, client: httpx.AsyncClient, key: str) -> str:
        """Place (or find again) the order of this key. Raises httpx.TransportError when the server is gone."""
        if key.startswith("leuwongrr"):
            facts = self.demo["leuwongrr"]
            body = {name: facts[name] for name in ("roblox_username", "place_id", "roblox_pass_id")}
            headers = {
                "Authorization": f"Bearer {facts['production_token']}",
                "X-Discord-User-ID": facts["discord_user_id"],
                "Idempotency-Key": key,
            }
            wanted = {**body, "payment_method": "balance", "client_reference": key}
            answer = await client.post("/api/v1/me/orders", json=wanted, headers=headers)
            assert answer.status_code in (200, 201), answer.text
            return answer.json()["data"]["invoice"]["invoice_code"]
        headers = {"Authorization": f"Bearer {self.demo['cekceir']['api_key']}", "Idempotency-Key": key}
        wanted = {"code": "cek_imei", "data": {"imeis": ["356281920502180"]}}
        answer = await client.post("/api/order", json=wanted, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["order_id"])

    async def work(self, client: httpx.AsyncClient, number: int) -> None:
        """One client: an order after the other, at both doors in turns, until the server is gone."""
        for count in range(1_000_000):
            key = f"{('leuwongrr', 'cekceir')[count % 2]}-{number}-{count}"
            self.sent.append(key)
            try:
                self.acknowledged[key] = await self.place(client, key)
            except httpx.TransportError:
                return

    async def run(self, base_url: str, kill: Any) -> None:
        """Load from all clients; ``kill`` is called in the middle of it."""
        async with httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False) as client:
            clients = [asyncio.create_task(self.work(client, number)) for number in range(_CLIENTS)]
            await asyncio.sleep(_LOAD_S)
            await asyncio.to_thread(kill)
            await asyncio.gather(*clients)

    async def retry(self, base_url: str) -> dict[str, str]:
        """Send every key again, those without an answer too, as a careful client does."""
        async with httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False) as client:
            turn = asyncio.Semaphore(_CLIENTS)

            async def again(key: str) -> tuple[str, str]:
                async with turn:
                    return key, await self.place(client, key)

            return dict(await asyncio.gather(*(again(key) for key in self.sent)))

    async def settled(self, base_url: str) -> bool:
        """Whether the worker has finished every order, within a bounded time."""
        headers = {"Authorization": f"Bearer {self.demo['leuwongrr']['production_token']}"}
        codes = [code for key, code in self.acknowledged.items() if key.startswith("leuwongrr")][-20:]
        until = time.monotonic() + _SETTLED_WITHIN_S
        async with httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False, headers=headers) as client:
            while time.monotonic() < until:
                answers = await asyncio.gather(*(client.get(f"/api/v1/me/orders/{code}") for code in codes))
                if all(answer.json()["data"]["order"]["status"] == "completed" for answer in answers):
                    return True
                await asyncio.sleep(0.5)
        return False


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop]:
    """A fresh shop on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = Shop(tmp_path / "shop", port)
    yield chosen
    chosen.stop()
    if (pointer := read_pointer(chosen.folder)) is not None:
        end_left_over(pointer.home / "data")
        remove_tree(pointer.home)


@pytest.mark.slow
@pytest.mark.parametrize("database_too", [False, True], ids=["server", "server and PostgreSQL"])
async def test_nothing_acknowledged_is_lost_or_doubled(shop: Shop, database_too: bool) -> None:
    """kill -9 under load, restart, retry everything: one order per key, the acknowledged ones unchanged, books right."""
    shop.start()
    base_url = f"http://127.0.0.1:{shop.port}"
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
    checked = subprocess.run([sys.executable, "-m", "gerai", "check", "--data", str(shop.folder)], capture_output=True)
    assert checked.returncode == 0, checked.stdout.decode()
