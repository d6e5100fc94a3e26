"""Tripay: virtual accounts, QRIS, wallets and shops for sellers without a company. It cancels nothing and gives nothing
back by its API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gerai.kit.http import Outgoing
from gerai.partners.gateways.tripay import client, notice
from gerai.partners.gateways.tripay.channels import CHANNELS
from gerai.ports.gateways import (
    Attempt,
    Contract,
    Gateway,
    GatewayChannel,
    GatewayNotice,
    GatewayRefused,
    RefundSeen,
    Seen,
    SwitchedOn,
    Way,
)
from gerai.ports.payments import Asked

_NOT_SUPPORTED: Final = "not_supported"
_ASKS: Final = (
    Asked(
        "merchant_code",
        {
            "id": "Kode Merchant (T…): di Tripay buka Merchant, Opsi, Edit. Sandbox: API & Integrasi, Simulator, "
            "Merchant, Detail",
            "en": "Kode Merchant (T…): in Tripay open Merchant, Opsi, Edit. Sandbox: API & Integrasi, Simulator, "
            "Merchant, Detail",
        },
    ),
    Asked("secret_api_key", {"id": "API Key, di halaman yang sama", "en": "API Key, on the same page"}),
    Asked("secret_private_key", {"id": "Private Key, di halaman yang sama", "en": "Private Key, on the same page"}),
    Asked(
        "email",
        {
            "id": "Email Anda: Tripay mewajibkan email pembeli, dan ini dipakai bila pembeli tidak menyebutkannya",
            "en": "An email address of yours: Tripay wants one of the payer, and gets this where the payer gave none",
        },
    ),
    Asked(
        "qris_code",
        {
            "id": "Channel QRIS yang aktif di merchant Anda: QRIS, QRIS2 atau QRISC (kosong: QRIS)",
            "en": "The QRIS channel that is active at your merchant: QRIS, QRIS2 or QRISC (empty: QRIS)",
        },
        required=False,
    ),
)


class Tripay:
    """The gateway (README: what is certain, what is not)."""

    name: str = "tripay"
    title: str = "Tripay"
    asks: tuple[Asked, ...] = _ASKS
    untried: tuple[str, ...] = ("merchant_code", "secret_private_key")
    base_urls: Mapping[str, str] = {
        "production": "https://tripay.co.id/api",
        "sandbox": "https://tripay.co.id/api-sandbox",
    }
    channels: Mapping[Way, GatewayChannel] = CHANNELS
    recoverable: bool = True
    answer: Mapping[str, object] = {"success": True}

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        return await client.start(http, contract, attempt)

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        return await client.find(http, contract, attempt)

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        raise GatewayRefused(_NOT_SUPPORTED, "Tripay ends no payment before its time")

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        raise GatewayRefused(_NOT_SUPPORTED, "Tripay gives nothing back by its API")

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        return None

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        return await client.probe(http, contract)

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        return notice.genuine(header, body, contract)

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        return notice.read_notice(body)


GATEWAY: Final[Gateway] = Tripay()
