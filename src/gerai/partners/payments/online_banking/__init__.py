"""Online banking: the payer approves a request in the bank's app. Simulated: on our own pay page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gerai.partners.payments.simulated import SimulatedMethod, between, no_later_than_order, page_url
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

#: Charge + 24 h, as observed of the Durianpay contract (§6.1).
LIFETIME: Final = timedelta(hours=24)
_STEPS: Final = {
    "id": ["Buka aplikasi Jenius dan pilih permintaan pembayaran.", "Periksa jumlahnya, lalu setujui pembayaran."],
    "en": ["Open the Jenius app and choose the payment request.", "Check the amount, then approve the payment."],
}


@dataclass
class OnlineBanking(SimulatedMethod):
    """Bounds: Durianpay contract §6.1."""

    name: str = "online_banking"
    kind: PaymentKind = "redirect"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Perbankan daring", "en": "Online banking"})
    channels: dict[str, Bounds] = field(default_factory=lambda: {"JENIUSPAY": between(10_000, 999_999_999_999)})

    def instruct(self, charge: Charge) -> Instructions:
        """Where to approve."""
        return Instructions(
            kind=self.kind,
            url=page_url(charge),
            expires_at=no_later_than_order(charge, LIFETIME),
            steps={language: list(lines) for language, lines in _STEPS.items()},
        )


METHOD: PaymentMethod = OnlineBanking()
