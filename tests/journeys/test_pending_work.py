"""A power cut while providers are at work: nobody's answer had come yet, and every order still gets its end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import fork_server
from gerai.testing.server import LiveServer, live_server

#: What the simulator does with an IMEI of this ending, and the order's end in the contract's words.
ENDS: Final = {
    "356281920509002": "success",  # slow
    "356281920509003": "failed",  # slow, then fails
    "356281920509004": "success",  # does the work, its answer is lost
    "356281920509006": "success",  # hangs
}
_FINAL_WITHIN_S: Final = 60.0
_PRICE: Final = 1_500


async def _place(client: httpx.AsyncClient, imei: str) -> dict[str, Any] | None:
    """Order the check of one IMEI under a key of its own; None when the server was gone before it answered."""
    wanted = {"code": "cek_imei", "data": {"imeis": [imei]}}
    try:
        answer = await client.post("/api/order", json=wanted, headers={"Idempotency-Key": f"cut-{imei}"})
    except httpx.TransportError:
        return None
    assert answer.status_code in (200, 201, 503), answer.text
    return answer.json()


async def _until_final(client: httpx.AsyncClient, order_id: int) -> dict[str, Any]:
    async with asyncio.timeout(_FINAL_WITHIN_S):
        while True:
            order = (await client.get(f"/api/order/{order_id}")).json()["data"]
            if order["status"] not in ("pending", "processing"):
                return order
            await asyncio.sleep(0.5)


async def _on_hold(client: httpx.AsyncClient) -> int:
    """What the wallet has on hold."""
    return (await client.get("/api/wallet/snap")).json()["reserved"]


async def _orders_after_a_cut(server: LiveServer, client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Send the orders, kill the server while their providers are asked, start it again, wait for every order's end."""
    sending = [asyncio.create_task(_place(client, imei)) for imei in ENDS]
    await asyncio.sleep(1.5)
    await asyncio.to_thread(server.kill, database_too=False)
    answered = await asyncio.gather(*sending)
    assert None in answered
    await asyncio.to_thread(server.start)
    retried = dict(zip(ENDS, await asyncio.gather(*(_place(client, imei) for imei in ENDS)), strict=True))
    for imei, before in zip(ENDS, answered, strict=True):
        after = retried[imei]
        assert after is not None
        assert before is None or before["order_id"] == after["order_id"]
    ends = await asyncio.gather(*(_until_final(client, order["order_id"]) for order in retried.values() if order))
    return dict(zip(ENDS, ends, strict=True))


@pytest.mark.slow
async def test_orders_in_the_providers_hands_get_their_end(tmp_path: Path) -> None:
    """Killed while four providers were asked: after the restart each order, found again under its key, ends as its
    provider says; what failed is returned, nothing stays on hold, and the books are right."""
    with live_server(tmp_path / "shop") as server:
        await asyncio.to_thread(server.start)
        headers = {"Authorization": f"Bearer {server.demo['cekceir']['api_key']}"}
        async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=60, trust_env=False) as client:
            ends = await _orders_after_a_cut(server, client)
            assert {imei: order["status"] for imei, order in ends.items()} == ENDS
            charged = {imei: order["charged_amount"] for imei, order in ends.items()}
            assert charged == {imei: _PRICE * (end == "success") for imei, end in ENDS.items()}
            assert all(order["charged_amount"] + order["refunded_amount"] == _PRICE for order in ends.values())
            assert await _on_hold(client) == 0
        checked = await asyncio.to_thread(fork_server.run, ["check", "--data", str(server.folder)])
        assert checked.returncode == 0, checked.stdout
