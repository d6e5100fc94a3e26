"""E-wallet: the payer is sent to the wallet to confirm. Simulated: sent to our own pay page instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.partners.payments.simulated import SimulatedMethod, between, page_url
from gerai.ports.channel_titles import channel_title
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
        steps = _steps(channel_title(charge.channel_code))
        return Instructions(kind=self.kind, url=page_url(charge), expires_at=None, steps=steps)


def _steps(wallet: str) -> dict[str, list[str]]:
    return {
        "id": [f"Buka halaman pembayaran {wallet}.", "Periksa jumlahnya, lalu konfirmasi dengan PIN Anda."],
        "en": [f"Open the {wallet} payment page.", "Check the amount, then confirm with your PIN."],
    }


METHOD: PaymentMethod = Ewallet()
