"""Buy now, pay later: a lender pays the shop and the payer pays the lender. Simulated: on our own pay page."""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.partners.payments.simulated import SimulatedMethod, between, page_url
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod


def _channels() -> dict[str, Bounds]:
    usual = between(10_000, 25_000_000)
    return {"AKULAKU": between(10_000, 999_999_999_999), "INDODANA": usual, "KREDIVO": usual, "SPAYLATER": usual}


@dataclass
class Bnpl(SimulatedMethod):
    """Bounds of Akulaku and Indodana: Durianpay contract §6.1; the others get Indodana's."""

    name: str = "bnpl"
    kind: PaymentKind = "redirect"
    title: dict[str, str] = field(
        default_factory=lambda: {"id": "Beli sekarang, bayar nanti", "en": "Buy now, pay later"}
    )
    channels: dict[str, Bounds] = field(default_factory=_channels)

    def instruct(self, charge: Charge) -> Instructions:
        """Where to take the loan. It does not lapse by itself; its order does."""
        return Instructions(
            kind=self.kind, url=page_url(charge), expires_at=None, steps=_steps(channel_title(charge.channel_code))
        )


def _steps(lender: str) -> dict[str, list[str]]:
    return {
        "id": [f"Buka halaman {lender}.", "Pilih jangka cicilan, lalu setujui pembayaran."],
        "en": [f"Open the {lender} page.", "Choose the instalment plan, then approve the payment."],
    }


METHOD: PaymentMethod = Bnpl()
