"""What Durianpay's answers hold, as far as it is read; the rest is passed over. Amounts are texts or numbers."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Wrapped(msgspec.Struct, Generic[T], frozen=True):
    """Every answer has what it is about under ``data``."""

    data: T


class DurianpayPayment(msgspec.Struct, frozen=True):
    """A payment inside its order."""

    id: str
    status: str
    paid_amount: Any = None
    total_fee: Any = None
    updated_at: str | None = None


class DurianpayOrder(msgspec.Struct, frozen=True):
    """An order, newly created, listed or on its own. ``payments``: where they were asked for."""

    id: str
    amount: Any
    status: str
    order_ref_id: str | None = None
    is_live: bool | None = None
    expiry_date: str | None = None
    payment_id: str | None = None
    payments: list[DurianpayPayment] | None = None


class DurianpayOrders(msgspec.Struct, frozen=True):
    """A page of orders; None where there are none."""

    orders: list[DurianpayOrder] | None


class DurianpayCharged(msgspec.Struct, frozen=True):
    """What a charge shows. The image and the text of a QR have each other's names."""

    payment_id: str
    status: str = ""
    account_number: str | None = None
    expiration_time: str | None = None
    checkout_url: str | None = None
    web_url: str | None = None
    qr_code: str | None = None
    qr_string: str | None = None
    payment_instruction: Any = None


class DurianpayCharge(msgspec.Struct, frozen=True):
    """The answer to a charge."""

    response: DurianpayCharged


class DurianpayRefund(msgspec.Struct, frozen=True):
    """A refund. Its reference and its note have other names in lists."""

    id: str
    status: str
    ref_id: str | None = None
    refund_ref_id: str | None = None
    notes: str | None = None
    refund_notes: str | None = None
    failure_reason: Any = None


class DurianpayComplaint(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str = ""
    message: str = ""


class DurianpayError(msgspec.Struct, frozen=True):
    """The body of an answer from 400 on. Not every one has an ``error``."""

    error: str | None = None
    error_code: str | None = None
    errors: list[DurianpayComplaint] | None = None
