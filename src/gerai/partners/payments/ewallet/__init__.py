"""E-wallet: the payer is sent to the wallet to confirm. Simulated: sent to our own pay page instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.partners.payments.simulated import SimulatedMethod, between, page_url
from gerai.ports.how_to_pay import wallet_steps
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod


def _channels() -> dict[str, Bounds]:
    usual = between(1, 10_000_000)
    return {"DANA": usual, "GOPAY": usual, "LINKAJA": usual, "OVO": between(100, 10_000_000), "SHOPEEPAY": usual}


@dataclass
class Ewallet(SimulatedMethod):
    """Bounds: Durianpay contract §6.1. A wallet payment does not lapse by itself; its order does."""

    name: str = "ewallet"
    kind: PaymentKind = "redirect"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Dompet digital", "en": "E-wallet"})
    channels: dict[str, Bounds] = field(default_factory=_channels)

    def instruct(self, charge: Charge) -> Instructions:
        """Where to confirm."""
        steps = wallet_steps(charge.channel_code)
        return Instructions(kind=self.kind, url=page_url(charge), expires_at=None, steps=steps)


METHOD: PaymentMethod = Ewallet()
