"""Convenience store: the payer gives the cashier a payment code. Simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gerai.partners.payments.simulated import SimulatedMethod, between, no_later_than_order, stable_digits
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

#: Charge + 24 h, as observed of the Durianpay contract (§6.1).
LIFETIME: Final = timedelta(hours=24)
_LENGTH: Final = 10


def _channels() -> dict[str, Bounds]:
    bounds = between(10_000, 5_000_000)
    return {"ALFAMART": bounds, "INDOMARET": bounds}


@dataclass
class Retail(SimulatedMethod):
    """Codes of ten digits, drawn from the payment's public id."""

    name: str = "retail"
    kind: PaymentKind = "code"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Gerai ritel", "en": "Convenience store"})
    channels: dict[str, Bounds] = field(default_factory=_channels)

    def instruct(self, charge: Charge) -> Instructions:
        """The code for the cashier."""
        code = stable_digits(f"retail:{charge.channel_code}:{charge.payment_public_id}", _LENGTH)
        return Instructions(
            kind=self.kind,
            code=code,
            expires_at=no_later_than_order(charge, LIFETIME),
            steps=_steps(channel_title(charge.channel_code), code, charge.merchant_name),
        )


def _steps(chain: str, code: str, merchant: str) -> dict[str, list[str]]:
    return {
        "id": [
            f"Datang ke kasir {chain} terdekat.",
            f"Katakan Anda ingin membayar {merchant} dengan kode pembayaran {code}.",
            "Bayar jumlah yang disebutkan kasir dan simpan struknya.",
        ],
        "en": [
            f"Go to the cashier of the nearest {chain}.",
            f"Say that you want to pay {merchant} with the payment code {code}.",
            "Pay the amount the cashier names and keep the receipt.",
        ],
    }


METHOD: PaymentMethod = Retail()
