"""Delays a client asks for, on a running server with its worker: kept to some tenths of a second."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gerai.testing.server import LiveServer, live_server

ORDER = {"amount": "20000.00", "currency": "IDR", "customer": {"email": "budi@example.com"}}
#: What a busy machine may add.
LATE_S = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("delays") / "data"
    with live_server(folder) as server:
        server.start()
        yield server


@pytest.mark.parametrize(("force_fail", "status"), [(False, "completed"), (True, "failed")])
@pytest.mark.parametrize("delay_ms", [0, 300, 1300])
def test_a_charge_ends_when_it_was_told_to(server: LiveServer, delay_ms: int, force_fail: bool, status: str) -> None:
    """``sandbox_options.delay_ms`` (Durianpay contract §7), three times over: never earlier, and not late
    each time."""
    options = {"force_fail": force_fail, "delay_ms": delay_ms}
    with httpx.Client(
        base_url=server.base_url, auth=(server.demo["durianpay"]["test_key"], ""), trust_env=False
    ) as client:

        def ask(method: str, path: str, body: Any = None) -> Any:
            answer = client.request(method, path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

        took_s: list[float] = []
        for _ in range(3):
            order = ask("POST", "/v1/orders", ORDER)
            request = {"order_id": order["id"], "amount": "20000.00", "bank_code": "BCA", "name": "Budi"}
            began = time.monotonic()
            charged = ask("POST", "/v1/payments/charge", {"type": "VA", "request": request, "sandbox_options": options})
            path = f"/v1/payments/{charged['response']['payment_id']}/status"
            while ask("GET", path)["status"] == "processing" and time.monotonic() < began + 30:
                time.sleep(0.02)
            took_s.append(time.monotonic() - began)
            assert ask("GET", path)["status"] == status
        assert delay_ms / 1000 <= min(took_s) <= delay_ms / 1000 + LATE_S
