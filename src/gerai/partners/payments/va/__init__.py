"""Virtual account: the payer transfers to a number that belongs to this one payment. Simulated.

Bounds are those of the Durianpay contract (§6.1, payment methods page); banks it gives no bounds for get the commonest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gerai.partners.payments.simulated import SimulatedMethod, between, stable_digits
from gerai.ports.how_to_pay import ANY_BANK, va_steps
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

#: What the numbers of each bank begin with here, in the manner of its real corporate prefixes. Those for payers of any
#: other bank (OTHERS) are numbers of one bank all the same, which a transfer between banks must name.
PREFIXES: Final = {
    "BCA": "39017",
    "BNI": "98829",
    "BRI": "26215",
    "BSI": "90012",
    "BTN": "95147",
    "BTPN": "92013",
    "CIMB": "20491",
    "DANAMON": "79150",
    "MANDIRI": "88708",
    "MAYBANK": "78280",
    "NOBU": "19006",
    ANY_BANK: "85281",
    "PERMATA": "85280",
    "SAHABAT_SAMPOERNA": "99230",
    "SINARMAS": "80990",
    "SYARIAH": "90095",
}
_OTHERS_BANK: Final = "Permata"
_OTHERS_BANK_CODE: Final = "013"
_LENGTH: Final = 16
_USUAL: Final = between(10_000, 50_000_000)
_UNUSUAL: Final = {"BCA": between(10_000, 999_999_999_999), "PERMATA": between(10_000, 9_999_999_999)}


def _channels() -> dict[str, Bounds]:
    return {bank: _UNUSUAL.get(bank, _USUAL) for bank in PREFIXES}


@dataclass
class VirtualAccount(SimulatedMethod):
    """Numbers of 16 digits: the bank's prefix, then digits drawn from the payment's public id."""

    name: str = "va"
    kind: PaymentKind = "code"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Virtual account", "en": "Virtual account"})
    channels: dict[str, Bounds] = field(default_factory=_channels)

    def instruct(self, charge: Charge) -> Instructions:
        """The number to transfer to. It is good for as long as the order is."""
        prefix = PREFIXES[charge.channel_code]
        number = prefix + stable_digits(f"va:{charge.payment_public_id}", _LENGTH - len(prefix))
        steps = _other_bank_steps(number) if charge.channel_code == ANY_BANK else va_steps(charge.channel_code, number)
        return Instructions(kind=self.kind, code=number, expires_at=charge.order_expires_at, steps=steps)


def _other_bank_steps(number: str) -> dict[str, list[str]]:
    """For a payer of any bank: a transfer to another bank asks first which bank the number belongs to."""
    return {
        "id": [
            "Buka ATM, mobile banking, atau internet banking bank Anda.",
            f"Pilih transfer ke bank lain, lalu Bank {_OTHERS_BANK} (kode {_OTHERS_BANK_CODE}).",
            f"Masukkan nomor virtual account {number} sebagai rekening tujuan, dan jumlah yang tepat sama.",
            "Periksa nama dan jumlah yang tampil, lalu konfirmasi transfer.",
            "Simpan bukti pembayaran.",
        ],
        "en": [
            "Open the ATM, mobile banking or internet banking of your bank.",
            f"Choose transfer to another bank, then Bank {_OTHERS_BANK} (code {_OTHERS_BANK_CODE}).",
            f"Enter the virtual account number {number} as the account to transfer to, and exactly the amount.",
            "Check the name and the amount shown, then confirm the transfer.",
            "Keep the receipt.",
        ],
    }


METHOD: PaymentMethod = VirtualAccount()
