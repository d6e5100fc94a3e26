"""Ways to top up in this contract's words: a provider is a payment method with its channel, under one code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gerai.doors.dialects.cekceir.merchant_settings import CekceirSettings
from gerai.doors.dialects.cekceir.provider_codes import canonical_code, code_of
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.payments.offered import known_of, offered_channels, require_offered
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import Bounds, PaymentMethod

#: Whose channels are called by their own names: a wallet is known without the word.
_ALONE: Final = "ewallet"


@dataclass(frozen=True)
class Provider:
    """One way to top up that is offered. ``since``: when the shop opened the account or the contract behind it; what is
    only played is there as long as the key."""

    code: str
    method: PaymentMethod
    channel: str
    bounds: Bounds
    since: datetime

    @property
    def title(self) -> str:
        """As people call it: ``QRIS``, ``GoPay``, ``Transfer bank BCA``."""
        title = self.method.title.get("id", self.method.name)
        if len(self.method.channels) == 1:
            return title
        return channel_title(self.channel) if self.method.name == _ALONE else f"{title} {channel_title(self.channel)}"

    @property
    def processing_type(self) -> Literal["automatic", "manual"]:
        """Whether people look for its payments."""
        return "manual" if self.method.kind == "manual" else "automatic"


def providers_of(methods: Mapping[str, PaymentMethod], key: KeyFacts) -> dict[str, Provider]:
    """The providers that the key's member may use, by their codes, in the order of these."""
    merchant, environment = key.merchant, key.environment
    payer = frozenset[str]() if key.member is None else known_of(key.member)
    settings = merchant.chosen.of(CekceirSettings)
    active = settings.cekceir_deposit_providers
    found: dict[str, Provider] = {}
    for name, channels in offered_channels(methods, merchant, environment, payer).items():
        for channel, bounds in channels.items():
            code = code_of(methods[name], channel)
            if active is None or code in active:
                way = require_offered(methods, merchant, environment, name, channel, payer)
                behind = way.account or way.contract
                since = key.created_at if behind is None else behind.created_at
                found[code] = Provider(code, methods[name], channel, bounds, since)
    return dict(sorted(found.items()))


def named(code: str, providers: Mapping[str, Provider]) -> Provider | None:
    """The provider behind a code, however it is spelt."""
    return providers.get(canonical_code(code))
