"""Partners as this installation has them: each folder of ``gerai.partners``, found by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gerai.kit.discover import discover
from gerai.ports.fulfilment import FulfilmentProvider
from gerai.ports.gateways import Gateway
from gerai.ports.lookup import Lookup
from gerai.ports.notices import NoticeForm
from gerai.ports.payments import PaymentMethod
from gerai.settings import Settings


@dataclass
class FoundPartners:
    """The partners this installation has."""

    settings: Settings
    payment_methods: dict[str, PaymentMethod] = field(
        default_factory=lambda: discover("gerai.partners.payments", "METHOD")
    )
    fulfilment: dict[str, FulfilmentProvider] = field(
        default_factory=lambda: discover("gerai.partners.fulfilment", "PROVIDER")
    )
    notice_forms: dict[str, NoticeForm] = field(default_factory=lambda: discover("gerai.partners.notices", "FORM"))
    gateways: dict[str, Gateway] = field(default_factory=lambda: discover("gerai.partners.gateways", "GATEWAY"))
    lookups: dict[str, Lookup] = field(default_factory=lambda: discover("gerai.partners.lookups", "LOOKUP"))

    def __post_init__(self) -> None:
        own = self.settings.plugins
        self._clients = {name: found.connect(own.get(name, found.settings)) for name, found in self.lookups.items()}
        self._simulators = {name: found.simulate() for name, found in self.lookups.items()}

    async def __aenter__(self) -> FoundPartners:
        return self

    async def __aexit__(self, *error: object) -> None:
        for client in self._clients.values():
            await client.close()

    @property
    def outgoing(self) -> dict[str, Mapping[str, int]]:
        """Attempts to call, by outcome, of each partner that is called over the network."""
        return {name: client.attempts for name, client in self._clients.items()}

    def lookup(self, name: str, *, simulated: bool) -> Any:
        """The simulator for sandbox keys and simulated merchants, else the real thing. KeyError: there is none."""
        return self._simulators[name] if simulated else self._clients[name]
