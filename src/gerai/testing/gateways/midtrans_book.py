"""What the stand-in for Midtrans keeps of each payment, and how it is written on the wire."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from gerai.kit.clock import jakarta, real_now
from gerai.partners.payments.qris.emv import encode, seal

Body = dict[str, Any]
_UNITS_S: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_SCANNED: Final = ("qris", "gopay", "shopeepay")
_NO_REFUND: Final = ("bank_transfer", "echannel", "cstore")
#: ``status_code`` by status, where a status is asked for and where it is reported.
_ASKED: Final = {"pending": "201", "expire": "407", "cancel": "202", "deny": "202"}
_REPORTED: Final = {"pending": "201", "expire": "202", "cancel": "202", "deny": "202"}
CARD: Final = "credit_card"
#: Of a charge; cards are paid through Snap alone.
TYPES: Final = ("qris", "bank_transfer", "permata", "echannel", "gopay", "shopeepay", "cstore")


def stamp(at: datetime) -> str:
    """A time as they write it: Jakarta's, without saying so."""
    return jakarta(at).strftime("%Y-%m-%d %H:%M:%S")


def life_of(body: Body, at: datetime, type_: str) -> datetime:
    """When a charge ends: as it asks, or by itself."""
    asked: Body = body.get("custom_expiry") or {}
    if not asked:
        return at + (timedelta(minutes=15) if type_ in _SCANNED else timedelta(days=1))
    start = at
    if begun := str(asked.get("order_time", "")):
        start = datetime.strptime(begun, "%Y-%m-%d %H:%M:%S %z")
    return start + timedelta(seconds=int(asked["expiry_duration"]) * _UNITS_S[asked.get("unit", "minute")])


@dataclass
class FakePayment:
    """One transaction. Amounts are whole rupiah; ``paid`` differs from ``gross`` only where a test wants it."""

    order_id: str
    gross: int
    type: str
    ends_at: datetime
    notice_url: str
    shown: Body
    begun_at: datetime = field(default_factory=real_now)
    transaction_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    paid: int = 0
    paid_at: datetime | None = None
    refunds: list[Body] = field(default_factory=list[Body])

    @property
    def can_refund(self) -> bool:
        return self.type not in _NO_REFUND and self.status in ("settlement", "partial_refund")

    @property
    def refunded(self) -> int:
        return sum(int(row["refund_amount"].removesuffix(".00")) for row in self.refunds)

    def end_in_time(self) -> bool:
        """Expire it when its time is up; True: just now."""
        over = self.status == "pending" and real_now() >= self.ends_at
        if over:
            self.status = "expire"
        return over

    def pay(self, amount: int) -> None:
        """The payer pays; a card is captured first, and settled later."""
        self.status = "capture" if self.type == CARD else "settlement"
        self.paid, self.paid_at = amount, real_now()

    def give_back(self, key: str, amount: int, reason: str) -> Body:
        """Book a refund; the row that lists it."""
        row = {
            "refund_chargeback_id": len(self.refunds) + 1,
            "refund_amount": f"{amount}.00",
            "created_at": stamp(real_now()),
            "reason": reason,
            "refund_key": key,
        }
        self.refunds.append(row)
        self.status = "refund" if self.refunded >= self.gross else "partial_refund"
        return row

    def wire(self, code: str, message: str) -> Body:
        """What is common to answers and reports."""
        body: Body = {
            "status_code": code,
            "status_message": message,
            "transaction_id": self.transaction_id,
            "order_id": self.order_id,
            "merchant_id": "G000000001",
            "gross_amount": f"{self.gross}.00",
            "currency": "IDR",
            "payment_type": self.type,
            "transaction_time": stamp(self.begun_at),
            "transaction_status": self.status,
            "fraud_status": "accept",
        }
        if self.paid_at is not None and self.status != "capture":
            body["settlement_time"] = stamp(self.paid_at)
        if self.paid and (self.type == "bank_transfer" or self.paid != self.gross):
            body["payment_amounts"] = [{"paid_at": stamp(self.paid_at or self.begun_at), "amount": f"{self.paid}.00"}]
        if self.refunds:
            body |= {"refund_amount": f"{self.refunded}.00", "refunds": list(self.refunds)}
        return body

    def created(self) -> Body:
        """The answer of its charge."""
        return self.wire("201", "Success, transaction is created") | self.shown

    def asked(self) -> Body:
        """The answer of its status: what the payer saw is there only for numbers, codes, and an app of one wallet."""
        body = self.wire(_ASKED.get(self.status, "200"), "Success, transaction is found")
        kept = {name: value for name, value in self.shown.items() if name not in ("actions", "qr_string")}
        if self.type == "shopeepay" and self.status == "pending":
            # As they write it for this wallet.
            kept |= {"status_code": "200", "transaction_status": "PENDING", "actions": self.shown["actions"]}
        return body | kept

    def reported(self, status: str = "") -> Body:
        """A notice of the status it has, or had."""
        status = status or self.status
        body = self.wire(_REPORTED.get(status, "200"), "midtrans payment notification")
        kept = {name: value for name, value in self.shown.items() if name not in ("actions", "qr_string")}
        return body | kept | {"transaction_status": status}


def shown_for(body: Body, order_id: str, gross: int, base_url: str) -> Body:
    """What the payer of a charge is to see."""
    digits = str(int.from_bytes(hashlib.sha256(order_id.encode()).digest())).zfill(40)
    pictures = [
        {"name": "generate-qr-code", "method": "GET", "url": f"{base_url}/v2/qris/{digits[:12]}/qr-code"},
        {"name": "generate-qr-code-v2", "method": "GET", "url": f"{base_url}/v4/qris/{digits[:12]}/qr-code"},
    ]
    app = {"name": "deeplink-redirect", "method": "GET", "url": f"{base_url}/_app/{order_id}"}
    match body["payment_type"]:
        case "qris":
            wanted: Body = body.get("qris") or {}
            return {
                "acquirer": wanted.get("acquirer", "gopay"),
                "actions": pictures,
                "qr_string": _qr_text(digits, gross),
            }
        case "gopay":
            return {"actions": [*pictures, app]}
        case "shopeepay":
            return {"actions": [app]}
        case "permata":
            return {"permata_va_number": "8562" + digits[:12]}
        case "echannel":
            return {"biller_code": "70012", "bill_key": "99" + digits[:10]}
        case "cstore":
            return {"payment_code": digits[:14], "store": body["cstore"]["store"]}
        case _:
            return {"va_numbers": [{"bank": body["bank_transfer"]["bank"], "va_number": "3333" + digits[:12]}]}


def _qr_text(digits: str, gross: int) -> str:
    account = encode([("00", "ID.CO.FAKE.WWW"), ("01", f"93600914{digits[:10]}"), ("02", digits[:10]), ("03", "UMI")])
    tags = [("00", "01"), ("01", "12"), ("26", account), ("52", "5999"), ("53", "360"), ("54", str(gross))]
    return seal(encode([*tags, ("58", "ID"), ("59", "FAKE MIDTRANS"), ("60", "JAKARTA")]))
