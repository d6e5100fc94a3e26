"""Bank transfer: the payer transfers to the shop's own account and an operator confirms it by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gerai.domain.money import display
from gerai.partners.payments.simulated import SimulatedMethod, between, stable_digits
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

_BANKS: Final = ("BCA", "BNI", "BRI", "BSI", "CIMB", "DANAMON", "MANDIRI", "PERMATA")
_LENGTH: Final = 10


def _channels() -> dict[str, Bounds]:
    return {bank: between(1, 999_999_999_999) for bank in _BANKS}


@dataclass
class BankTransfer(SimulatedMethod):
    """``details["account_number"]`` and ``details["account_holder"]`` name the shop's account; without them the shop
    gets an invented account that stays the same for each bank."""

    name: str = "bank_transfer"
    kind: PaymentKind = "manual"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Transfer bank", "en": "Bank transfer"})
    channels: dict[str, Bounds] = field(default_factory=_channels)

    def instruct(self, charge: Charge) -> Instructions:
        """The account to transfer to; valid as long as the order is."""
        bank = charge.channel_code
        account = charge.details.get("account_number") or stable_digits(f"bank:{bank}:{charge.merchant_name}", _LENGTH)
        holder = charge.details.get("account_holder") or charge.merchant_name
        return Instructions(
            kind=self.kind,
            code=str(account),
            holder=str(holder),
            expires_at=charge.order_expires_at,
            steps=_steps(channel_title(bank), str(account), str(holder), display(charge.amount_sen)),
        )


def _steps(bank: str, account: str, holder: str, amount: str) -> dict[str, list[str]]:
    return {
        "id": [
            f"Transfer tepat {amount} ke rekening {bank} {account} atas nama {holder}.",
            "Simpan bukti transfer; penjual memeriksanya dan mengonfirmasi pesanan Anda.",
        ],
        "en": [
            f"Transfer exactly {amount} to the {bank} account {account} in the name of {holder}.",
            "Keep the receipt; the seller checks it and confirms your order.",
        ],
    }


METHOD: PaymentMethod = BankTransfer()
