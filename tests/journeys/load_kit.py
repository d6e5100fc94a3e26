"""Orders sent at two doors until the server is gone, and what was acknowledged."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

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
