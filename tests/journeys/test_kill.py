"""Power cuts: the server (and once PostgreSQL with it) is killed in the middle of load and started again.

Every order that was acknowledged exists exactly once, nobody's retry doubles one, the books are right, and work that
was waiting goes on.
"""

from __future__ import annotations

import asyncio
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
from gerai.testing.server import LiveServer, live_server

_CLIENTS = 16
_LOAD_S = 2.5
_SETTLED_WITHIN_S = 90.0


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
