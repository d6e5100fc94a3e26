"""The answer to a charge, one shape for each type (contract §6.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Payment
from gerai.doors.dialects.durianpay.order_details import PaymentDetails, payment_details_of
from gerai.doors.dialects.durianpay.statuses import charge_type, payment_status
from gerai.doors.dialects.durianpay.wire.formats import ZERO_TIME, money, timestamp
from gerai.doors.dialects.durianpay.wire.payment_answer import paid_amount
from gerai.doors.dialects.durianpay.wire.payment_instruction import payment_instruction
from gerai.doors.http.links import absolute
from gerai.doors.http.pay_codes import typed_code
from gerai.doors.http.payable import payment_payable


@dataclass(frozen=True)
class Charged:
    """A started payment and what its answer needs beside it. ``page_marks``: what the addresses of the
    order's pages hold. ``qr_image`` is a data URI, for QRIS only."""

    payment: Payment
    order_public_id: str
    merchant_name: str
    merchant_public_id: str
    now: datetime
    base_url: str
    page_marks: tuple[str, ...]
    qr_image: str = ""

    @property
    def details(self) -> PaymentDetails:
        return payment_details_of(self.payment)

    @property
    def payable(self) -> bool:
        """Whether the payer can still pay: a replay may find the payment made, failed or run out."""
        return payment_payable(self.payment, self.now)

    @property
    def payable_sen(self) -> int:
        """What the payer pays in all."""
        return self.payment.asked_sen

    def told(self, name: str) -> str:
        """A text of the payment method for the payer: ``qr_text``, ``url``; empty when the payment can no
        longer be made."""
        return str(self.payment.instructions.get(name, "")) if self.payable else ""

    @property
    def url(self) -> str:
        """Where the payer goes."""
        return absolute(self.told("url"), self.base_url, *self.page_marks)


class ChargeAnswer(msgspec.Struct, frozen=True):
    """``type`` and the fields of that type."""

    type: str
    response: dict[str, Any]


def charge_answer(charged: Charged) -> ChargeAnswer:
    """The body under ``data``."""
    kind = charge_type(charged.payment)
    return ChargeAnswer(type=kind, response=_both_ids(charged) | _SHAPES[kind](charged))


def _both_ids(charged: Charged) -> dict[str, Any]:
    return {"payment_id": charged.payment.public_id, "order_id": charged.order_public_id}


def _va(charged: Charged) -> dict[str, Any]:
    return _retail(charged) | {"payment_instruction": payment_instruction(charged.payment) if charged.payable else {}}


def _retail(charged: Charged) -> dict[str, Any]:
    return {
        "account_number": typed_code(charged.payment.instructions) if charged.payable else "",
        "payment_ref_id": charged.payment.reference,
        "expiration_time": timestamp(charged.payment.expires_at),
        "paid_amount": paid_amount(charged.payment),
    }


def _ewallet(charged: Charged) -> dict[str, Any]:
    return {
        "mobile": charged.details.mobile,
        "status": payment_status(charged.payment, charged.now),
        "expiration_time": ZERO_TIME,
        "checkout_url": charged.url,
        "web_url": "",
        "unique_id": "",
        "paid_amount": money(charged.payable_sen),
    }


def _online_banking(charged: Charged) -> dict[str, Any]:
    return {
        "mobile": charged.details.mobile,
        "status": payment_status(charged.payment, charged.now),
        "expiration_time": timestamp(charged.payment.expires_at),
        "web_url": charged.url,
        "unique_id": "",
        "paid_amount": money(charged.payable_sen),
    }


def _qris(charged: Charged) -> dict[str, Any]:
    return {
        "status": payment_status(charged.payment, charged.now),
        "expiration_time": timestamp(charged.payment.expires_at),
        "creation_time": timestamp(charged.payment.created_at),
        "qr_string": charged.qr_image if charged.payable else "",
        "unique_id": charged.details.requested_type or "QRIS",
        "metadata": {"merchant_name": charged.merchant_name, "merchant_id": charged.merchant_public_id},
        "amount": money(charged.payable_sen),
        "qr_code": charged.told("qr_text"),
    }


def _card(charged: Charged) -> dict[str, Any]:
    return {
        "payment_ref_id": charged.payment.reference,
        "token_id": "",
        "status": payment_status(charged.payment, charged.now),
        "paid_amount": money(charged.payable_sen),
        "metadata": {},
        "checkout_url": charged.url,
    }


def _bnpl(charged: Charged) -> dict[str, Any]:
    return {
        "payment_ref_id": charged.payment.reference,
        "redirect_url": charged.url,
        "paid_amount": money(charged.payable_sen),
        "metadata": {},
    }


_SHAPES: Final[dict[str, Callable[[Charged], dict[str, Any]]]] = {
    "VA": _va,
    "EWALLET": _ewallet,
    "RETAILSTORE": _retail,
    "ONLINE_BANKING": _online_banking,
    "QRIS": _qris,
    "CARD": _card,
    "BNPL": _bnpl,
}
