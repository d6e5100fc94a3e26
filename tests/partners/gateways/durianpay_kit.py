"""A merchant at the stand-in for Durianpay, and what its tests do to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from loopback_kit import on_a_socket

from gerai.partners.gateways.durianpay import GATEWAY
from gerai.ports.gateways import Attempt, Contract
from gerai.testing.gateways.durianpay import DurianpayFake

GOLDEN = Path(__file__).parent / "golden" / "durianpay"
KEY = "kunci-rahasia"
CONTRACT = Contract(
    environment="sandbox", base_url="", secrets={"secret_api_key": KEY}, facts={"email": "toko@example.com"}
)
AT = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
ATTEMPT = Attempt(
    reference="gp_7Kq2",
    way=("va", "MANDIRI"),
    amount_sen=15_000_000,
    at=AT,
    ends_at=AT + timedelta(days=1),
    merchant_name="Toko Contoh",
    order_number="INV-1007",
    page_url="https://toko.example/pay/xyz",
)
JANE = {"name": "Jane Doe", "email": "jane@example.com", "mobile": "+6281213420555"}


class Standing:
    """A stand-in on a socket, its contract, and people who act there."""

    def __init__(self, fake: DurianpayFake, url: str) -> None:
        self.fake = fake
        self.url = url
        self.contract = replace(CONTRACT, base_url=f"{url}/v1")

    @property
    def payments(self) -> list[tuple[str, str]]:
        """Every payment: the reference of its order, and its status."""
        return [(o.reference, p.status) for o in self.fake.orders.values() for p in o.payments]

    async def switch(self, **switches: Any) -> None:
        """Switch something on or off, as a seller's engineer does."""
        await self._post("/_switch", switches)

    async def fault(self, fault: str, at: str, times: int = 1) -> None:
        """What befalls the next requests to such a path."""
        await self.switch(fault=fault, at=at, times=times)

    async def pay(self, attempt: Attempt, **body: Any) -> None:
        """The payer pays."""
        await self._post(f"/_buyer/{attempt.reference}/pay", body)

    async def give_back(self, attempt: Attempt, amount: str) -> None:
        """The seller gives back at the dashboard."""
        await self._post(f"/_seller/{attempt.reference}/refund", {"amount": amount})

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.post(self.url + path, json=body)
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture
async def standing() -> AsyncIterator[Standing]:
    """A fresh stand-in."""
    fake = DurianpayFake(KEY)
    fake.switches.is_live = False
    async with on_a_socket(fake.app) as url:
        yield Standing(fake, url)


def now_attempt(way: tuple[str, str] = ("va", "MANDIRI"), **facts: Any) -> Attempt:
    """An attempt of this moment: the stand-in's clock is real."""
    at = datetime.now(UTC)
    return replace(ATTEMPT, **{"way": way, "payer": JANE, "at": at, "ends_at": at + timedelta(days=1), **facts})


async def started(standing: Standing, http: Any, way: tuple[str, str] = ("va", "MANDIRI"), **facts: Any) -> Attempt:
    """An attempt that was started, with the gateway's reference."""
    attempt = now_attempt(way, **facts)
    seen = await GATEWAY.start(http, standing.contract, attempt)
    return replace(attempt, gateway_reference=seen.reference)


def golden(name: str) -> dict[str, Any]:
    """A golden exchange or notice."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def golden_names(beginning: str) -> list[str]:
    """Those whose names begin so, or those whose names do not begin with it after ``!``."""
    names = sorted(file.stem for file in GOLDEN.glob("*.json"))
    if beginning.startswith("!"):
        return [name for name in names if not name.startswith(beginning[1:])]
    return [name for name in names if name.startswith(beginning)]
