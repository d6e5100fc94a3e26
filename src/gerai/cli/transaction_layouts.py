"""How gateways' lists of transactions look: which column is what, and what their words mean.

Each head is as the vendor's pages describe the columns; no file itself could be seen. Where a vendor describes none
(Tripay, Durianpay), its columns are named at the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gerai.engine.payouts.reconcile import TheirStatus

#: What is read of each line, and whether it must be named.
COLUMNS: Final = {
    "reference": True, "amount": True, "id": False, "fee": False, "tax": False, "status": False, "time": False,
    "type": False,
}  # fmt: skip


@dataclass(frozen=True)
class TransactionLayout:
    """``columns``: what each column is, by its name in the head; ``also``: further names by which it is known."""

    gateway: str
    columns: Mapping[str, str]
    also: frozenset[str] = frozenset()


LAYOUTS: Final = (
    # The "detailed transactions report"; its fee is without the tax on it.
    TransactionLayout(
        "xendit",
        {
            "reference": "Reference", "amount": "Amount", "id": "Payment Request ID", "fee": "Total Fee Amount",
            "tax": "Total VAT Amount", "status": "Status", "time": "Payment Time", "type": "Type",
        },
    ),
    # The list of a balance, and of a withdrawal.
    TransactionLayout(
        "midtrans",
        {
            "reference": "Order ID", "amount": "Amount", "fee": "Fee", "status": "Status", "time": "Date & Time",
            "type": "Transaction Type",
        },
    ),
)  # fmt: skip

_STATUSES: Final[Mapping[TheirStatus, tuple[str, ...]]] = {
    "paid": (
        "paid", "settlement", "settled", "early settled", "capture", "captured", "success", "successful", "succeeded",
        "completed", "done", "berhasil", "sukses", "lunas", "dibayar",
    ),
    "refunded": (
        "refund", "refunded", "partial refund", "partially refunded", "refund pending", "reversed", "chargeback",
        "partial chargeback", "dikembalikan",
    ),
    "waiting": (
        "pending", "unpaid", "waiting", "processing", "authorize", "authorized", "accepting payments",
        "requires action", "menunggu", "belum dibayar",
    ),
    "ended": (
        "expire", "expired", "cancel", "canceled", "cancelled", "deny", "denied", "fail", "failed", "failure", "voided",
        "kedaluwarsa", "kadaluarsa", "dibatalkan", "gagal",
    ),
}  # fmt: skip
_BY_WORD: Final[Mapping[str, TheirStatus]] = {word: status for status, words in _STATUSES.items() for word in words}
#: In a column that says what a line is about, what is a payer's payment.
_PAYMENTS: Final = frozenset({"payment", "in person payment", "pay", "charge", "pembayaran"})


def layout_of(gateway: str, head: Sequence[str]) -> TransactionLayout | None:
    """The gateway's layout that is known by this head."""
    names = frozenset(head)
    mine = (one for one in LAYOUTS if one.gateway == gateway)
    return next((one for one in mine if names >= {*one.columns.values(), *one.also}), None)


def status_of(word: str) -> TheirStatus | None:
    """What a gateway's word for a transaction means; None: that is not known here."""
    return _BY_WORD.get(_plain(word))


def is_payment(word: str) -> bool:
    """Whether a line of this type is a payer's payment."""
    return _plain(word) in _PAYMENTS


def _plain(word: str) -> str:
    return " ".join(word.replace("_", " ").replace("-", " ").lower().split())
