"""Payments as the contract prints them: in lists (§6.2), on their own (§6.3), their status and cancellation (§6.4)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.records import Order, OrderView, Payment
from gerai.doors.dialects.durianpay.order_details import details_of, fee_of
from gerai.doors.dialects.durianpay.statuses import (
    charge_type,
    details_type,
    failure_reason,
    is_live,
    order_status,
    payment_changed_at,
    payment_status,
)
from gerai.doors.dialects.durianpay.wire.customer_answer import CustomerAnswer, customer_answer, customer_id, name_part
from gerai.doors.dialects.durianpay.wire.formats import derived_id, money, timestamp


class PaymentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One payment in a list; the six keys from ``customer_id`` on only where its order is not around it."""

    id: str
    order_id: str
    payment_ref_id: str
    settlement_id: str = ""
    payment_ds_ref_id: str = ""
    amount: str
    status: str
    is_live: bool
    expiration_date: str
    payment_details_type: str
    method_id: str
    created_at: str
    updated_at: str
    metadata: dict[str, str] = {}
    retry_count: int = 0
    discount: str = ""
    paid_amount: str
    provider_id: str = ""
    total_fee: str
    promo_id: str = ""
    shipping_fee: str
    ds_error_metadata: None = None
    customer_id: str | UnsetType = UNSET
    given_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    order_ref_id: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    failure_reason: dict[str, str]
    settlement_status: str = ""


class OrderOfPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What ``expand=order`` adds."""

    id: str
    merchant_id: str
    customer_id: str
    order_ref_id: str
    order_ds_ref_id: str = ""
    amount: str
    currency: str
    status: str
    is_live: bool
    created_at: str


class PaymentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One payment on its own; the four keys after ``refund`` only where it was cancelled (§6.4, as captured)."""

    id: str
    order_id: str
    merchant_id: str
    payment_ref_id: str
    payment_ds_ref_id: str = ""
    settlement_id: str = ""
    amount: str
    status: str
    is_live: bool
    expiration_date: str
    created_at: str
    updated_at: str
    metadata: dict[str, str] | None = None
    payment_details_type: str
    method_id: str
    discount: str = ""
    promo_id: str = ""
    paid_amount: str
    total_fee: str
    shipping_fee: str
    failure_reason: dict[str, str]
    refund: None = None
    retry_count: int | UnsetType = UNSET
    provider_id: str | UnsetType = UNSET
    ds_error_metadata: UnsetType | None = UNSET
    settlement_status: str | UnsetType = UNSET
    customer: CustomerAnswer | UnsetType = UNSET
    order: OrderOfPayment | UnsetType = UNSET


class PaymentStatus(msgspec.Struct, frozen=True):
    """``GET /payments/{id}/status``."""

    status: str
    is_completed: bool
    signature: str
    error_code: str


def payment_entry(order: Order, payment: Payment, now: datetime) -> PaymentEntry:
    """A payment inside its order."""
    return PaymentEntry(
        id=payment.public_id,
        order_id=order.public_id,
        payment_ref_id=payment.reference,
        amount=payment_amount(order),
        status=payment_status(payment, now),
        is_live=is_live(payment.environment),
        expiration_date=timestamp(payment.expires_at),
        payment_details_type=details_type(payment),
        method_id=payment.channel_code,
        created_at=timestamp(payment.created_at),
        updated_at=timestamp(payment_changed_at(payment, now)),
        paid_amount=paid_amount(payment),
        total_fee=money(fee_of(order, payment)),
        shipping_fee=_shipping(order),
        failure_reason=failure_reason(payment, now),
    )


def listed_payment(view: OrderView, payment: Payment, now: datetime) -> PaymentEntry:
    """One line of ``GET /payments``."""
    contact = view.order.contact
    return msgspec.structs.replace(
        payment_entry(view.order, payment, now),
        customer_id=customer_id(view),
        given_name=name_part(contact, "given_name"),
        email=contact.email,
        order_ref_id=view.order.reference,
        currency=view.order.currency,
    )


def payment_answer(
    view: OrderView, payment: Payment, merchant_id: str, expand: frozenset[str], now: datetime
) -> PaymentAnswer:
    """The answer to ``GET /payments/{id}``; ``expand`` may name ``customer`` and ``order``."""
    order = view.order
    return PaymentAnswer(
        id=payment.public_id,
        order_id=order.public_id,
        merchant_id=merchant_id,
        payment_ref_id=payment.reference,
        amount=payment_amount(order),
        status=payment_status(payment, now),
        is_live=is_live(payment.environment),
        expiration_date=timestamp(payment.expires_at),
        created_at=timestamp(payment.created_at),
        updated_at=timestamp(payment_changed_at(payment, now)),
        payment_details_type=charge_type(payment),
        method_id=payment.channel_code,
        paid_amount=paid_amount(payment),
        total_fee=money(fee_of(order, payment)),
        shipping_fee=_shipping(order),
        failure_reason=failure_reason(payment, now),
        customer=customer_answer(view) if "customer" in expand else UNSET,
        order=_order(view, merchant_id, now) if "order" in expand else UNSET,
    )


def cancelled_answer(view: OrderView, payment: Payment, merchant_id: str, now: datetime) -> PaymentAnswer:
    """The answer to ``PUT /payments/{id}/cancel``."""
    return msgspec.structs.replace(
        payment_answer(view, payment, merchant_id, frozenset(), now),
        retry_count=0,
        provider_id="",
        ds_error_metadata=None,
        settlement_status="",
    )


def status_answer(order: Order, payment: Payment, api_key: str, now: datetime) -> PaymentStatus:
    """``error_code`` is the code of what went wrong, empty otherwise."""
    status = payment_status(payment, now)
    return PaymentStatus(
        status=status,
        is_completed=status == "completed",
        signature=signature(order, payment, api_key),
        error_code=failure_reason(payment, now).get("code", ""),
    )


def signature(order: Order, payment: Payment, api_key: str) -> str:
    """Lower-case hex HMAC-SHA256 over ``id|amount`` with the API key (contract §15).

    Keys are stored only as digests, so the key is the one the request itself presented.
    """
    message = f"{payment.public_id}|{payment_amount(order)}"
    return hmac.new(api_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def payment_amount(order: Order) -> str:
    """What a payment records: the order's amount (contract README), without shipping and fees."""
    return money(details_of(order).amount_sen)


def merchant_public_id(merchant_id: int) -> str:
    """``mer_…``, the same in every answer."""
    return derived_id("mer", f"merchant:{merchant_id}")


def _order(view: OrderView, merchant_id: str, now: datetime) -> OrderOfPayment:
    order = view.order
    return OrderOfPayment(
        id=order.public_id,
        merchant_id=merchant_id,
        customer_id=customer_id(view),
        order_ref_id=order.reference,
        amount=payment_amount(order),
        currency=order.currency,
        status=order_status(view, now),
        is_live=is_live(order.environment),
        created_at=timestamp(order.created_at),
    )


def paid_amount(payment: Payment) -> str:
    """What the payer paid in all; empty until they did."""
    return money(payment.asked_sen) if payment.completed_at is not None else ""


def _shipping(order: Order) -> str:
    fee = details_of(order).shipping_fee_sen
    return "" if fee is None else money(fee)
