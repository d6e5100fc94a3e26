"""What Midtrans answers and reports, read with care: one form for charges, status, refunds and notices.

HTTP 200 says little: ``status_code`` in the body, a text, is what counts. Amounts are texts (``"10000.00"``), times are
Jakarta's without saying so, statuses come in lower and upper case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, read_as, sen_of
from gerai.ports.gateways import RefundSeen, Seen, SeenStatus
from gerai.ports.payments import Instructions

CARD_TYPE: Final = "credit_card"
_OK, DENIED = 200, 202
_STATUSES: Final[Mapping[str, SeenStatus]] = {
    "authorize": "waiting", "pending": "waiting", "capture": "paid", "settlement": "paid", "deny": "failed",
    "failure": "failed", "expire": "expired", "cancel": "cancelled", "refund": "refunded", "partial_refund": "refunded",
    "chargeback": "refunded", "partial_chargeback": "refunded",
}  # fmt: skip
_NOTHING: Final = ("", "0", "0.00")


@dataclass(frozen=True)
class MidtransAnswer:
    """One JSON object of Midtrans. Fields that are missing, null or of another type are empty: a field that nobody
    needs must not make the others unreadable."""

    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text or a number, as text."""
        value = self.fields.get(name)
        return str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""

    def rows(self, name: str) -> tuple[MidtransAnswer, ...]:
        """A list of objects."""
        value = self.fields.get(name)
        rows = cast("list[object]", value) if isinstance(value, list) else []
        return tuple(MidtransAnswer(cast("Mapping[str, object]", row)) for row in rows if isinstance(row, dict))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.fields.get(name)
        rows = cast("list[object]", value) if isinstance(value, list) else []
        return tuple(row for row in rows if isinstance(row, str))

    @property
    def code(self) -> int:
        """Its ``status_code``; 0: it has none."""
        text = self.text("status_code")
        return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 0

    @property
    def status(self) -> str:
        """Its ``transaction_status``, in lower case."""
        return self.text("transaction_status").lower()

    @property
    def is_payment(self) -> bool:
        """Whether it is a payment, whatever its code says of how that ended."""
        return bool(self.status and self.text("order_id"))

    def amount_sen(self, name: str = "gross_amount") -> int:
        """An amount in sen, more than nothing. WireFault."""
        return sen_of(self.text(name), MAX_SEN)


def read_answer(body: bytes) -> MidtransAnswer:
    """A body that is one JSON object. WireFault."""
    return MidtransAnswer(cast("Mapping[str, object]", read_as(dict[str, Any], body)))


def seen_of(answer: MidtransAnswer, instructions: Instructions | None = None) -> Seen:
    """How the payment stands that this answer or notice shows. WireFault: it shows none that can be read."""
    status = _STATUSES.get(answer.status)
    if status is None or answer.text("currency") not in ("", "IDR"):
        raise WireFault("it shows no payment in rupiah")
    gross_sen = answer.amount_sen()
    refunded_sen = _refunded_sen(answer, gross_sen)
    fraud = answer.text("fraud_status").lower()
    if status == "paid" and (answer.code != _OK or fraud not in ("", "accept")):
        # A card that somebody must look at first, or what says two things at once: nobody has the money yet.
        status = "failed" if fraud == "deny" else "waiting"
    elif status == "failed" and answer.text("payment_type") == CARD_TYPE:
        # The payer may try another card on the same page.
        status = "waiting"
    elif status == "refunded" and not refunded_sen:
        status = "paid"
    came = status in ("paid", "refunded")
    return Seen(
        status=status,
        reference=answer.text("transaction_id"),
        paid_sen=_came_sen(answer, gross_sen) if came else None,
        paid_at=_paid_at(answer) if came else None,
        refunded_sen=refunded_sen if status == "refunded" else 0,
        instructions=instructions,
    )


def _came_sen(answer: MidtransAnswer, gross_sen: int) -> int:
    """What came: banks list it themselves, where a number takes more than one transfer."""
    return sum(row.amount_sen("amount") for row in answer.rows("payment_amounts")) or gross_sen


def _paid_at(answer: MidtransAnswer) -> datetime | None:
    return jakarta_time(answer.text("settlement_time")) or jakarta_time(answer.text("transaction_time"))


def _refunded_sen(answer: MidtransAnswer, gross_sen: int) -> int:
    """What went back in all. Of money that a bank took back only the whole is known."""
    if answer.text("refund_amount") not in _NOTHING:
        return answer.amount_sen("refund_amount")
    rows = [row for row in answer.rows("refunds") if row.text("refund_amount") not in _NOTHING]
    if rows:
        return sum(row.amount_sen("refund_amount") for row in rows)
    return gross_sen if answer.status in ("refund", "chargeback") else 0


def refund_of(answer: MidtransAnswer, refund_key: str) -> RefundSeen | None:
    """How the refund of this key stands; None: the answer does not show it.

    What a wallet gave back is back at once; a card's bank confirms it days later (``bank_confirmed_at``).
    """
    row = next((row for row in answer.rows("refunds") if row.text("refund_key") == refund_key), None)
    if row is None:
        row = answer if answer.text("refund_key") == refund_key else None
    if row is None:
        return None
    reference = row.text("refund_chargeback_id")
    if row.text("refund_amount") in ("0", "0.00") or (row is answer and answer.code == DENIED):
        # A look later finds the payment, and says no more why.
        text = sentence_of(answer) if answer.code == DENIED else ""
        return RefundSeen("denied", reference, str(DENIED), text)
    slow = answer.text("payment_type") == CARD_TYPE and not row.text("bank_confirmed_at")
    booked = answer.status in ("refund", "partial_refund")
    return RefundSeen("done" if booked and not slow else "pending", reference)


def sentence_of(answer: MidtransAnswer) -> str:
    """What Midtrans says is wrong, on one line."""
    parts = (answer.text("status_message"), *answer.texts("validation_messages"), *answer.texts("error_messages"))
    return " ".join("; ".join(part for part in parts if part).split())[:300]
