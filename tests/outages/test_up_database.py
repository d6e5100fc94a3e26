"""`gerai up` when its own PostgreSQL dies again and again. (That one death is survived: `gerai torture`,
test_tortures.py.)"""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from gerai.demo.shop import DEMOS
from gerai.store.embedded import running
from gerai.testing.server import LiveServer, live_server
from gerai.torture.load import broken_books

_RECOVERED_WITHIN_S = 20.0


async def order(client: httpx.AsyncClient, shop: LiveServer, number: int) -> str | None:
    """Place, or find again, the order of this number; its id, or None while the counter is busy."""
    wanted = DEMOS["cekceir"].order(shop.demo["cekceir"], number)
    headers = {**wanted.headers, "Idempotency-Key": f"order-{number}"}
    answer = await client.request(wanted.method, wanted.path, json=wanted.body, headers=headers)
    return answer.json()["order_id"] if answer.status_code in (200, 201) else None


def _postmaster(shop: LiveServer) -> int:
    """0 while its file is being written."""
    try:
        return shop.postmaster
    except (FileNotFoundError, ValueError):
        return 0


@pytest.mark.slow
async def test_one_that_dies_again_and_again_ends_the_command(tmp_path: Path) -> None:
    """Killed a fourth time within minutes, it is not started any more: `up` leaves with 1 and the reason; nothing that
    was acknowledged is lost."""
    acknowledged: list[str | None] = []
    with live_server(tmp_path / "shop") as shop:
        await asyncio.to_thread(shop.start)
        process = shop.process
        assert process is not None
        async with httpx.AsyncClient(base_url=shop.base_url, timeout=60, trust_env=False) as client:
            killed = 0
            for number in range(4):
                async with asyncio.timeout(_RECOVERED_WITHIN_S):
                    # What is left of the one before may serve for a moment, and cannot be killed again.
                    while killed and _postmaster(shop) in (0, killed):  # noqa: ASYNC110 - a file of another process says it
                        await asyncio.sleep(0.1)
                    while (found := await order(client, shop, number)) is None:  # noqa: ASYNC110 - it is asked over HTTP
                        await asyncio.sleep(0.1)
                acknowledged.append(found)
                killed = shop.postmaster
                shop.kill_database()
            assert await asyncio.to_thread(process.wait, 60) == 1
            told = (tmp_path / "up.log").read_text(encoding="utf-8")
            assert "gerai: PostgreSQL failed 4 times in a row, at last: it was ended by SIGKILL\n" in told
            assert "Traceback" not in told
            await asyncio.to_thread(shop.start)
            assert [await order(client, shop, number) for number in range(4)] == acknowledged
            with running(shop.folder) as dsn:
                assert await broken_books(dsn) == []
