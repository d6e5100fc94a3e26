"""Card: the payer enters the card on a checkout page. Simulated: on our own pay page, which asks for no card number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gerai.partners.payments.simulated import SimulatedMethod, between, page_url
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

_STEPS: Final = {
    "id": ["Buka halaman pembayaran kartu.", "Periksa jumlahnya, lalu konfirmasi pembayaran."],
    "en": ["Open the card payment page.", "Check the amount, then confirm the payment."],
}


@dataclass
class Card(SimulatedMethod):
    """Bounds: Durianpay contract §6.1. A card checkout does not lapse by itself; its order does."""

    name: str = "card"
    kind: PaymentKind = "redirect"
    title: dict[str, str] = field(
        default_factory=lambda: {"id": "Kartu kredit atau debit", "en": "Credit or debit card"}
    )
    channels: dict[str, Bounds] = field(default_factory=lambda: {"CARD": between(1_000, 999_999_999_999)})

    def instruct(self, charge: Charge) -> Instructions:
        """Where to enter the card."""
        return Instructions(
            kind=self.kind,
            url=page_url(charge),
            expires_at=None,
            steps={language: list(lines) for language, lines in _STEPS.items()},
        )


METHOD: PaymentMethod = Card()
