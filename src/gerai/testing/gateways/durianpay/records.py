"""What the stand-in for Durianpay keeps, and how its contract writes that."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from gerai.domain.money import parse_rupiah

_QR: Final = "00020101021226590013ID.CO.BNI.WWW01189360091500000228605204481453033605802ID5904TOKO6007JAKARTA6304ABCD"
_DETAILS: Final = {"VA": "va_details", "EWALLET": "ewallet_details", "QRIS": "qris_details"}


@dataclass
class DurianpayFakePayment:
    """A charge. ``answer``: what it answered; ``paid``: the amount that came."""

    id: str
    type: str
    channel: str
    ends_at: datetime
    answer: dict[str, Any]
    status: str = "processing"
    paid: str = ""
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class DurianpayFakeOrder:
    """An order with its charges, oldest first."""

    id: str
    reference: str
    amount: str
    ends_at: datetime
    is_live: bool
    payments: list[DurianpayFakePayment] = field(default_factory=list[DurianpayFakePayment])
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def status(self) -> str:
        """As the contract has it: one paid payment completes it."""
        if any(payment.status == "completed" for payment in self.payments):
            return "completed"
        return "processing" if self.payments else "started"


@dataclass
class DurianpaySwitches:
    """What goes wrong. ``fault`` befalls the next ``times`` requests in whose method and path ``at`` is (``POST
    /v1/refunds``): ``time_out`` (done, and never answered), ``lost`` (done, answered 500), ``error`` (500, nothing
    done), ``throttle`` (429, nothing done), ``garbage`` (done, half an answer), ``slow``. The others stay until they
    are changed. ``late_s`` and ``minute_s``: when a webhook is sent, and how long a minute of its retries takes.
    ``most``: orders of a page at most. ``idempotent``: keys are known, as at another Gerai."""

    fault: str = ""
    at: str = "/"
    times: int = 0
    idempotent: bool = False
    is_live: bool = False
    duplicate: bool = False
    out_of_order: bool = False
    wrong_signature: bool = False
    refund_denied: bool = False
    nameless_refunds: bool = False
    no_paid_amount: bool = False
    late_s: float = 0.0
    slow_s: float = 0.2
    minute_s: float = 60.0
    most: int = 100
    notice_url: str = ""


def data(about: Any) -> Response:
    """A good answer."""
    return JSONResponse({"data": about})


def refusal(status: int, code: str, text: str) -> Response:
    """The contract's error."""
    return JSONResponse({"error": text, "error_code": code, "request_id": "not-set"}, status)


def started(number: int, kind: str, wanted: dict[str, Any], order: DurianpayFakeOrder) -> DurianpayFakePayment:
    """A charge, and what it answers."""
    day, payment_id = datetime.now(UTC) + timedelta(days=1), f"pay_{number:014d}"
    answer: dict[str, Any] = {"payment_id": payment_id, "order_id": order.id}
    match kind:
        case "VA":
            answer |= {"account_number": f"7893{number:012d}", "expiration_time": stamp(order.ends_at)}
            answer |= {"payment_ref_id": wanted.get("payment_ref_id", ""), "paid_amount": ""}
            answer["payment_instruction"] = {
                language: {"atm": {"heading": "ATM", "instruction_text": f"<ol><li>{line} &amp; PIN</li></ol>"}}
                for language, line in (("en", "Insert <b>card</b>"), ("id", "Masukkan <b>kartu</b>"))
            }
        case "RETAILSTORE":
            answer |= {"account_number": f"{number:010d}", "expiration_time": stamp(day), "paid_amount": ""}
        case "QRIS":
            answer |= {"status": "processing", "expiration_time": stamp(day), "qr_code": _QR, "amount": order.amount}
            answer["qr_string"] = "data:image/png;base64,AAAA"
        case _:
            url = "" if wanted["wallet_type"] == "OVO" else f"https://checkout.example/{payment_id}"
            answer |= {"status": "processing", "expiration_time": "0001-01-01T00:00:00Z", "checkout_url": url}
            answer |= {"mobile": wanted["mobile"], "web_url": "", "paid_amount": order.amount}
    channel = wanted.get("bank_code") or wanted.get("wallet_type") or "QRIS"
    return DurianpayFakePayment(payment_id, kind, channel, day, answer)


def order_shape(order: DurianpayFakeOrder) -> dict[str, Any]:
    """An order without its payments."""
    return {
        "id": order.id, "customer_id": "cus_ViPeX4iBYp2233", "order_ref_id": order.reference, "order_ds_ref_id": "",
        "amount": order.amount, "payment_option": "full_payment", "currency": "IDR", "status": order.status,
        "is_live": order.is_live, "created_at": stamp(order.created_at), "updated_at": stamp(order.created_at),
        "expiry_date": stamp(order.ends_at), "metadata": {}, "items": None, "fees": None, "shipping_fee": "",
        "admin_fee_method": "included",
    }  # fmt: skip


def payment_shape(order: DurianpayFakeOrder, payment: DurianpayFakePayment) -> dict[str, Any]:
    """A payment."""
    return {
        "id": payment.id, "order_id": order.id, "payment_ref_id": "", "amount": order.amount, "status": payment.status,
        "is_live": order.is_live, "expiration_date": stamp(payment.ends_at), "method_id": payment.channel,
        "payment_details_type": _DETAILS.get(payment.type, "retailstore_details"), "metadata": None,
        "created_at": stamp(order.created_at), "updated_at": stamp(payment.changed_at),
        "paid_amount": payment.paid, "total_fee": "", "failure_reason": {},
    }  # fmt: skip


def webhook(event: str, order: DurianpayFakeOrder, payment: DurianpayFakePayment, key: str, retries: int) -> bytes:
    """A signed webhook, of the payment or of its order."""
    about = payment_shape(order, payment) if event.startswith("payment.") else order_shape(order)
    amount = order.amount
    text = f"{about['id']}|{amount}"
    about |= {
        "order_ref_id": order.reference, "amount": parse_rupiah(amount), "amount_str": amount,
        "signature": hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest(),
    }  # fmt: skip
    return json.dumps({"event": event, "data": about, "retry_count": retries}).encode()


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
