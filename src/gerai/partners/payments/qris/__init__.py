"""QRIS: the payer scans one QR with any bank or wallet app. Simulated: real EMV text, an acquirer nobody routes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gerai.domain.money import whole_rupiah
from gerai.partners.payments.qris.emv import encode, plain, seal
from gerai.partners.payments.simulated import SimulatedMethod, between, no_later_than_order, stable_digits
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod

#: Charge + 3 days, as in the Durianpay contract (§6.1).
LIFETIME: Final = timedelta(days=3)
_STEPS: Final = {
    "id": [
        "Buka aplikasi bank atau dompet digital Anda, lalu pilih bayar dengan QRIS.",
        "Pindai kode QR ini, atau simpan gambarnya dan unggah di aplikasi.",
        "Periksa nama penjual dan jumlahnya, lalu konfirmasi pembayaran.",
    ],
    "en": [
        "Open your bank or e-wallet app and choose to pay with QRIS.",
        "Scan this QR code, or save the picture and upload it in the app.",
        "Check the seller's name and the amount, then confirm the payment.",
    ],
}


@dataclass
class Qris(SimulatedMethod):
    """A dynamic code (point of initiation 12): for this payment and this amount only."""

    name: str = "qris"
    kind: PaymentKind = "qr"
    title: dict[str, str] = field(default_factory=lambda: {"id": "QRIS", "en": "QRIS"})
    channels: dict[str, Bounds] = field(default_factory=lambda: {"QRIS": between(1, 10_000_000)})

    def instruct(self, charge: Charge) -> Instructions:
        """The text of the QR. ValueError when the amount is not whole rupiah."""
        return Instructions(
            kind=self.kind,
            qr_text=qr_text(charge),
            expires_at=no_later_than_order(charge, LIFETIME),
            steps={language: list(lines) for language, lines in _STEPS.items()},
        )


def qr_text(charge: Charge) -> str:
    """The EMV text: merchant account (26), QRIS national merchant (51), amount, names, bill reference, CRC."""
    merchant = stable_digits(f"qris-merchant:{charge.merchant_name}", 10)
    account = encode([("00", "ID.CO.GERAI.WWW"), ("01", f"936000{merchant}00"), ("02", f"ID{merchant}"), ("03", "UMI")])
    national = encode([("00", "ID.CO.QRIS.WWW"), ("02", f"ID10{merchant}0"), ("03", "UMI")])
    return seal(
        encode(
            [
                ("00", "01"),
                ("01", "12"),
                ("26", account),
                ("51", national),
                ("52", "5999"),
                ("53", "360"),
                ("54", str(whole_rupiah(charge.amount_sen))),
                ("58", "ID"),
                ("59", plain(charge.merchant_name, 25, "GERAI")),
                ("60", "JAKARTA"),
                ("61", "10110"),
                ("62", encode([("05", plain(charge.payment_public_id, 25, "GERAI"))])),
            ]
        )
    )


METHOD: PaymentMethod = Qris()
