"""Convenience store: the payer gives the cashier a payment code. Simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gerai.partners.payments.simulated import SimulatedMethod, between, no_later_than_order, stable_digits
from gerai.ports.how_to_pay import shop_steps
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
            steps=shop_steps(charge.channel_code, code, charge.merchant_name),
        )


METHOD: PaymentMethod = Retail()
