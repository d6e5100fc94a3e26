"""QRIS: the payer scans one QR with any bank or wallet app.

Real money: the seller's own static code, made a code for one payment (:mod:`.static_code`). Play money: real EMV text
of an acquirer that nobody routes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gerai.domain.money import display, whole_rupiah
from gerai.partners.payments.qris.emv import encode, plain, seal
from gerai.partners.payments.qris.static_code import OWN_ACCOUNT, WHOLE, for_amount
from gerai.partners.payments.simulated import SimulatedMethod, between, no_later_than_order, stable_digits
from gerai.ports.how_to_pay import qris_steps
from gerai.ports.payments import AccountForm, Bounds, Charge, Instructions, PaymentKind, PaymentMethod

#: Charge + 3 days, as in the Durianpay contract (§6.1).
LIFETIME: Final = timedelta(days=3)
#: Where the code has no amount in it.
_TYPED: Final = {
    "id": "Ketik nominal tepat {amount}: selisih satu rupiah pun membuat pembayaran Anda sulit dikenali.",
    "en": "Type exactly {amount}: a difference of one rupiah makes your payment hard to find.",
}


@dataclass
class Qris(SimulatedMethod):
    """A dynamic code (point of initiation 12): for this payment and this amount only. A seller whose acquirer refuses
    changed codes has their own shown as it is, and the payer types the amount."""

    name: str = "qris"
    kind: PaymentKind = "qr"
    title: dict[str, str] = field(default_factory=lambda: {"id": "QRIS", "en": "QRIS"})
    channels: dict[str, Bounds] = field(default_factory=lambda: {"QRIS": between(1, 10_000_000)})
    own_account: AccountForm | None = OWN_ACCOUNT
    may_surcharge: bool = False

    def instruct(self, charge: Charge) -> Instructions:
        """The text of the QR. ValueError when the amount is not whole rupiah."""
        if charge.account is not None:
            return _own(charge, charge.account.details)
        return Instructions(
            kind=self.kind,
            qr_text=qr_text(charge),
            expires_at=no_later_than_order(charge, LIFETIME),
            steps=qris_steps(),
        )


def _own(charge: Charge, account: Mapping[str, str]) -> Instructions:
    """The seller's own code, for as long as the order can be paid: whoever paid it later has paid all the same."""
    amount_rupiah, amount = whole_rupiah(charge.amount_sen), display(charge.amount_sen)
    steps = qris_steps()
    typed = account["mode"] == WHOLE
    if typed:
        text = account["code"]
        for language, line in _TYPED.items():
            steps[language].insert(2, line.format(amount=amount))
    else:
        text = for_amount(account["code"], amount_rupiah)
    return Instructions(
        kind="qr",
        qr_text=text,
        holder=account["name"],
        nmid=account["nmid"],
        amount_typed=typed,
        expires_at=charge.order_expires_at,
        steps=steps,
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
