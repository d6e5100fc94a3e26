"""Bank transfer: the payer transfers to the shop's own account, and the money is confirmed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gerai.domain.money import display
from gerai.partners.payments.simulated import SimulatedMethod, between, stable_digits
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import (
    AccountFault,
    AccountForm,
    Asked,
    Bounds,
    Charge,
    Instructions,
    PaymentKind,
    PaymentMethod,
    ReadAccount,
)

_BANKS: Final = (
    "BCA", "BJB", "BLU", "BNC", "BNI", "BRI", "BSI", "BTN", "CIMB", "DANAMON", "JAGO", "JENIUS", "MANDIRI", "MAYBANK",
    "MEGA", "MUAMALAT", "OCBC", "PANIN", "PERMATA", "SEABANK", "SINARMAS",
)  # fmt: skip
#: One bank under several names: an account of Jenius is one of BTPN, which calls itself SMBC now.
_OTHER_NAMES: Final = {"BTPN": "JENIUS", "SMBC": "JENIUS", "BCA DIGITAL": "BLU", "BLU BCA": "BLU", "NISP": "OCBC"}
_LENGTH: Final = 10
#: Account numbers of Indonesian banks; people write them in groups.
_NUMBER: Final = re.compile(r"[0-9]{6,20}")
_BETWEEN_GROUPS: Final = re.compile(r"[\s.\-]")
_LONGEST_HOLDER: Final = 70


def _channels() -> dict[str, Bounds]:
    return {bank: between(1, 999_999_999_999) for bank in _BANKS}


def read_account(said: Mapping[str, str]) -> ReadAccount:
    """``bank``, ``number`` and ``holder`` of an account. AccountFault: a bank we do not know, no account number, or a
    holder that cannot be printed."""
    typed = " ".join(said["bank"].upper().split()).removeprefix("BANK ")
    bank = _OTHER_NAMES.get(typed, typed)
    if bank not in _BANKS:
        raise AccountFault("bank", f"{said['bank']} is none of {', '.join(_BANKS)}")
    number = _BETWEEN_GROUPS.sub("", said["number"])
    if not number.isascii() or not _NUMBER.fullmatch(number):
        raise AccountFault("number", f"{said['number']} is no account number: 6 to 20 digits")
    holder = " ".join(said["holder"].split())
    if not holder.isprintable() or len(holder) > _LONGEST_HOLDER:
        raise AccountFault("holder", f"a name has at most {_LONGEST_HOLDER} characters, all of them printable")
    shown = (("bank", channel_title(bank)), ("number", number), ("holder", holder))
    return ReadAccount(bank, {"number": number, "holder": holder}, shown, number)


OWN_ACCOUNT: Final = AccountForm(
    (
        Asked("bank", {"id": f"Bank: {', '.join(_BANKS)}", "en": f"The bank: {', '.join(_BANKS)}"}),
        Asked("number", {"id": "Nomor rekening", "en": "The account's number"}),
        Asked("holder", {"id": "Atas nama, seperti di buku tabungan", "en": "In whose name it is, as the bank has it"}),
    ),
    read_account,
)


@dataclass
class BankTransfer(SimulatedMethod):
    """Real money goes to the shop's own account; for play money one is invented that stays the same for each bank."""

    name: str = "bank_transfer"
    kind: PaymentKind = "manual"
    title: dict[str, str] = field(default_factory=lambda: {"id": "Transfer bank", "en": "Bank transfer"})
    channels: dict[str, Bounds] = field(default_factory=_channels)
    own_account: AccountForm | None = OWN_ACCOUNT
    matched: bool = True

    def instruct(self, charge: Charge) -> Instructions:
        """The account to transfer to; valid as long as the order is."""
        bank = charge.channel_code
        invented = {"number": stable_digits(f"bank:{bank}:{charge.merchant_name}", _LENGTH),
                    "holder": charge.merchant_name}  # fmt: skip
        account = invented if charge.account is None else charge.account.details
        return Instructions(
            kind=self.kind,
            code=account["number"],
            holder=account["holder"],
            expires_at=charge.order_expires_at,
            steps=_steps(channel_title(bank), account["number"], account["holder"], display(charge.amount_sen)),
        )


def _steps(bank: str, account: str, holder: str, amount: str) -> dict[str, list[str]]:
    return {
        "id": [
            f"Transfer tepat {amount} ke rekening {bank} {account} atas nama {holder}.",
            "Simpan bukti transfer; penjual memeriksanya dan mengonfirmasi pembayaran Anda.",
        ],
        "en": [
            f"Transfer exactly {amount} to the {bank} account {account} in the name of {holder}.",
            "Keep the receipt; the seller checks it and confirms your payment.",
        ],
    }


METHOD: PaymentMethod = BankTransfer()
