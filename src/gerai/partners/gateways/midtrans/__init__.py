"""Midtrans: QRIS, virtual accounts, wallets and shops through its Core API, cards through Snap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from gerai.kit.http import Outgoing
from gerai.partners.gateways.midtrans import client, notice, snap
from gerai.partners.gateways.midtrans.calls import KEY, MidtransCall, call
from gerai.partners.gateways.midtrans.channels import CARD, CHANNELS
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

#: A payment that there is not.
_NOBODYS: Final = "gerai-probe"
_NOT_FOUND: Final = "404"
_ASKS: Final = (
    Asked(
        KEY,
        {
            "id": "Server Key. Di dasbor Midtrans (MAP): Pengaturan, Access Keys. Kunci sandbox dan produksi berbeda; "
            "pilih lingkungannya di kiri atas.",
            "en": "Server Key. In the Midtrans dashboard (MAP): Settings, Access Keys. Sandbox and production have "
            "keys of their own; choose the environment at the top left.",
        },
    ),
    Asked(
        "qris_acquirer",
        {
            "id": "Acquirer QRIS: gopay atau airpay shopee. Kosong: yang dipilih Midtrans. Menentukan berapa lama "
            "dana dapat dikembalikan.",
            "en": "QRIS acquirer: gopay or airpay shopee. Empty: the one Midtrans chooses. It decides for how long "
            "money can be given back.",
        },
        required=False,
    ),
    Asked(
        "direct_refund",
        {
            "id": "yes: pengembalian dana lewat alamat lama (refund/online/direct), hanya jika Midtrans memintanya.",
            "en": "yes: refunds through the older address (refund/online/direct), only if Midtrans asks for it.",
        },
        required=False,
    ),
)


class MidtransGateway:
    """See README.md for what is certain. Only a start of unknown outcome that Midtrans still has under its
    ``Idempotency-Key`` (five minutes) gives a QR text or an app's address again; found later, those are gone."""

    name: str = "midtrans"
    title: str = "Midtrans"
    asks: tuple[Asked, ...] = _ASKS
    untried: tuple[str, ...] = ()
    base_urls: Mapping[str, str] = MappingProxyType(
        {
            "production": "https://api.midtrans.com",
            "sandbox": "https://api.sandbox.midtrans.com",
        }
    )
    channels: Mapping[Way, GatewayChannel] = CHANNELS
    recoverable: bool = True
    answer: Mapping[str, object] = MappingProxyType[str, object]({})

    async def start(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        """A card's page, or a charge."""
        if attempt.way not in self.channels:
            raise GatewayRefused("no_channel", "Midtrans has no such way to pay here")
        if attempt.way == CARD:
            return await snap.open_page(http, contract, attempt)
        return await client.charge(http, contract, attempt)

    async def find(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
        """By our own reference: it is their order id."""
        return await client.find(http, contract, attempt)

    async def cancel(self, http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
        """The page of a card, or the charge."""
        if attempt.way == CARD:
            return await snap.close_page(http, contract, attempt)
        return await client.cancel(http, contract, attempt)

    async def refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str, amount_sen: int, reason: str
    ) -> RefundSeen:
        """Only of what is settled. A denied one has the code 202."""
        return await client.refund(http, contract, attempt, refund_key, amount_sen, reason)

    async def find_refund(
        self, http: Outgoing, contract: Contract, attempt: Attempt, refund_key: str
    ) -> RefundSeen | None:
        """Among the refunds that the payment's status lists."""
        return await client.find_refund(http, contract, attempt, refund_key)

    async def probe(self, http: Outgoing, contract: Contract) -> SwitchedOn | None:
        """Asks for a payment that there is not."""
        try:
            await call(http, contract, MidtransCall("GET", f"/v2/{_NOBODYS}/status", changes=False))
        except GatewayRefused as refused:
            if refused.code != _NOT_FOUND:
                raise
        return None

    def genuine(self, header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
        """The signature stands in the body."""
        return notice.genuine(body, contract)

    def read_notice(self, body: bytes, contract: Contract) -> tuple[GatewayNotice, ...]:
        """One payment, never proven."""
        return notice.read(body)


GATEWAY: Final[Gateway] = MidtransGateway()
