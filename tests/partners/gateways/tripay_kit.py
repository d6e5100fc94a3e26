"""A merchant at the stand-in for Tripay, and what the tests do to it."""

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

from gerai.ports.gateways import Attempt, Contract, Seen
from gerai.testing.gateways.tripay import TripayFake

GOLDEN = Path(__file__).parent / "golden" / "tripay"
AT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
SECRETS = {"secret_api_key": "kunci-api", "secret_private_key": "kunci-privat"}
CONTRACT = Contract(
    environment="sandbox",
    base_url="",
    secrets=SECRETS,
    facts={"merchant_code": "T0001", "email": "toko@example.com", "qris_code": "qris2"},
    notice_url="https://toko.example/in/pay/abc",
)
ATTEMPT = Attempt(
    reference="gp_7Kq2",
    way=("va", "BRI"),
    amount_sen=15_000_000,
    at=AT,
    ends_at=None,
    merchant_name="Toko Contoh",
    order_number="INV-1007",
    page_url="https://toko.example/pay/xyz",
)


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[TripayFake]:
    """A stand-in on a socket, which sends callbacks again without a pause."""
    fake = TripayFake("T0001", SECRETS["secret_api_key"], SECRETS["secret_private_key"], retry_s=0.0)
    async with on_a_socket(fake.app) as fake.url:
        yield fake
        await fake.background.close()


def at(fake: TripayFake, notice_url: str = "") -> Contract:
    """The contract, with the stand-in."""
    return replace(CONTRACT, base_url=fake.url, notice_url=notice_url)


async def switch(fake: TripayFake, **switches: Any) -> None:
    """Switch something on or off, as a seller's engineer does."""
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{fake.url}/_switch", json=switches)).status_code == 200


async def act(fake: TripayFake, seen: Seen, what: str, **body: Any) -> None:
    """The payer pays, or somebody at Tripay acts."""
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{fake.url}/_buyer/{seen.reference}/{what}", json=body)).status_code == 200


def golden(name: str) -> dict[str, Any]:
    """A golden exchange or callback."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
