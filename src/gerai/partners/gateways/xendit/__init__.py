"""Xendit (Payments API v3): QRIS, virtual accounts, wallets and shops. A start without an answer is not found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gerai.kit.http import Outgoing
from gerai.partners.gateways.xendit import client, notice
from gerai.partners.gateways.xendit.channels import CHANNELS
from gerai.ports.gateways import (
    Attempt,
    Contract,
    Gateway,
    GatewayChannel,
    GatewayNotice,
    RefundSeen,
    Seen,
    SwitchedOn,
    Way,
)
from gerai.ports.payments import Asked

_ADDRESS: Final = "https://api.xendit.co"
_ASKS: Final = (
    Asked(
        "secret_api_key",
        {
            "id": "Secret API key: di Xendit buka Settings, API Keys, dengan izin Money-in Write. Kunci sandbox "
            "diawali xnd_development_",
            "en": "Secret API key: in Xendit open Settings, API Keys, with the permission Money-in Write. Keys of the "
            "sandbox begin with xnd_development_",
        },
    ),
    Asked(
        "secret_callback_token",
        {
            "id": "Webhook verification token: Settings, Webhooks. Tempel di sana alamat notifikasi kami untuk Payment "
            "Requests (v3): status, kedaluwarsa, dan refund",
            "en": "Webhook verification token: Settings, Webhooks. Paste our address for notices there, for Payment "
            "Requests (v3): status, expiry, and refunds",
        },
    ),
)


class Xendit:
    """The gateway (README: what is certain, what is not)."""

    name: str = "xendit"
    title: str = "Xendit"
    asks: tuple[Asked, ...] = _ASKS
    untried: tuple[str, ...] = ("secret_callback_token",)
    base_urls: Mapping[str, str] = {"production": _ADDRESS, "sandbox": _ADDRESS}
    channels: Mapping[Way, GatewayChannel] = CHANNELS
    recoverable: bool = False
    answer: Mapping[str, object] = {"success": True}

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        return await client.start(http, contract, attempt)

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        return await client.find(http, contract, attempt)

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        return await client.cancel(http, contract, attempt)

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        return await client.refund(http, contract, attempt, refund_key, amount_sen, reason)

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        return await client.find_refund(http, contract, attempt, refund_key)

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        await client.probe(http, contract)
        return None

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        return notice.genuine(header, body, contract)

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        return notice.read_notice(body)


GATEWAY: Final[Gateway] = Xendit()
