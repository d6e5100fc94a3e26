"""A business at the stand-in for Xendit, and what the tests do to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from loopback_kit import on_a_socket

from gerai.ports.gateways import Attempt, Contract
from gerai.testing.gateways.xendit import XenditFake

GOLDEN = Path(__file__).parent / "golden" / "xendit"
AT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
SECRETS = {"secret_api_key": "xnd_development_kunci", "secret_callback_token": "token-callback"}
CONTRACT = Contract(environment="sandbox", base_url="", secrets=SECRETS)
ATTEMPT = Attempt(
    reference="gp_7Kq2",
    way=("qris", "QRIS"),
    amount_sen=15_000_000,
    at=AT,
    ends_at=None,
    merchant_name="Toko Contoh",
    order_number="INV-1007",
    page_url="https://toko.example/pay/xyz",
)


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[XenditFake]:
    """A stand-in on a socket, which sends webhooks again without a pause."""
    fake = XenditFake(SECRETS["secret_api_key"], SECRETS["secret_callback_token"], pauses_s=(0.0,) * 6)
    async with on_a_socket(fake.app) as fake.url:
        yield fake
        await fake.background.close()


def at(fake: XenditFake) -> Contract:
    """The contract, with the stand-in."""
    return replace(CONTRACT, base_url=fake.url)


async def post(fake: XenditFake, path: str, **body: Any) -> None:
    """Switch something, or do what a payer or a bank does."""
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{fake.url}/{path}", json=body)).status_code == 200


def golden(name: str) -> dict[str, Any]:
    """A golden exchange or webhook."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
