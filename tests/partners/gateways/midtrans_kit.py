"""What the tests of the Midtrans gateway share: applications on loopback, a contract, an attempt."""

from __future__ import annotations

import hashlib
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from gerai.ports.gateways import Attempt, Contract, Way
from gerai.testing.loopback import served

__all__ = ["AT", "PAGE", "SERVER_KEY", "attempt_of", "contract_at", "free_port", "served", "signed"]

SERVER_KEY = "SB-Mid-server-fake"
PAGE = "https://gerai.test/pay/1"
AT = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def contract_at(base_url: str, *, notice_url: str = "", key: str = SERVER_KEY, **facts: str) -> Contract:
    """A seller's contract with whoever is at this address."""
    return Contract("sandbox", base_url, {"secret_server_key": key}, facts, notice_url)


def attempt_of(way: Way, reference: str, **changes: Any) -> Attempt:
    """Rp50,000 for an order of an hour."""
    at = changes.pop("at", AT)
    fields: dict[str, Any] = {
        "amount_sen": 50_000_00,
        "ends_at": at + timedelta(hours=1),
        "merchant_name": "Toko Sari",
        "order_number": "N1",
        "page_url": PAGE,
        "payer": {"name": "Budi", "email": "budi@example.com", "mobile": "+628123456789"},
    }
    return Attempt(reference, way, at=at, **(fields | changes))


def signed(body: dict[str, Any], key: str = SERVER_KEY) -> bytes:
    """A notice as Midtrans signs it."""
    covered = f"{body['order_id']}{body['status_code']}{body['gross_amount']}{key}"
    return json.dumps(body | {"signature_key": hashlib.sha512(covered.encode()).hexdigest()}).encode()
