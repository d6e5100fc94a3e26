"""Orders as the contract prints them: new (§5.1), in a list (§5.2), on their own (§5.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.records import OrderView
from gerai.doors.dialects.durianpay.order_details import details_of, fee_of
from gerai.doors.dialects.durianpay.request import NewItem
from gerai.doors.dialects.durianpay.statuses import (
    details_type,
    is_live,
    order_changed_at,
    order_status,
    payment_status,
    telling_payment,
)
from gerai.doors.dialects.durianpay.wire.customer_answer import CustomerAnswer, customer_answer, customer_id, name_part
from gerai.doors.dialects.durianpay.wire.formats import money, timestamp
from gerai.doors.dialects.durianpay.wire.payment_answer import PaymentEntry, payment_entry

#: The life of an order that names no expiry, and of every access token.
LIFETIME: Final = timedelta(days=30)


class ItemAnswer(msgspec.Struct, frozen=True):
    """An item, echoed: ``name``, ``qty``, ``price``, ``logo`` always, the rest where it was sent."""

    name: str
    qty: int
    price: str
    logo: str
    brand: str | UnsetType
    category: str | UnsetType
    sku: str | UnsetType
    total_price: str | UnsetType
    metadata: str | UnsetType


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One order. Keys that one route has and another has not are left out where unset."""

    id: str
    customer_id: str
    order_ref_id: str
    order_ds_ref_id: str = ""
    amount: str
    payment_option: str
    pending_amount: UnsetType | None = UNSET
    currency: str
    status: str
    created_at: str
    updated_at: str
    expiry_date: str
    metadata: dict[str, str]
    items: list[ItemAnswer] | None
    access_token: str | UnsetType = UNSET
    expire_time: str | UnsetType = UNSET
    address_id: int | UnsetType = UNSET
    is_live: bool
    description: str | UnsetType = UNSET
    payment_link_url: str | UnsetType = UNSET
    is_notification_enabled: bool | UnsetType = UNSET
    email_subject: str | UnsetType = UNSET
    email_content: str | UnsetType = UNSET
    fees: str | None
    shipping_fee: str
    admin_fee_method: str
    customer: CustomerAnswer | UnsetType = UNSET
    payments: list[PaymentEntry] | UnsetType | None = UNSET


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One order in a list, with its most informative payment beside it."""

    id: str
    customer_id: str
    order_ref_id: str
    order_ds_ref_id: str = ""
    amount: str
    currency: str
    status: str
    is_live: bool
    created_at: str
    updated_at: str
    expiry_date: str
    given_name: str
    sur_name: str
    email: str
    mobile: str
    payment_option: str
    payment_id: str
    payment_details_type: str
    payment_status: str
    payment_date: str
    description: str
    payment_link_url: str
    is_notification_enabled: bool
    email_subject: str
    email_content: str
    payment_method_id: str


def created_answer(view: OrderView, status: str) -> OrderAnswer:
    """The answer to ``POST /orders``."""
    details = details_of(view.order)
    link = bool(details.link_code)
    return msgspec.structs.replace(
        _answer(view, status),
        pending_amount=None if link else UNSET,
        access_token=view.order.secret,
        expire_time=timestamp(view.order.created_at + LIFETIME),
        address_id=0,
        payment_link_url=details.link_code if link else UNSET,
    )


def fetched_answer(view: OrderView, expand: frozenset[str], now: datetime) -> OrderAnswer:
    """The answer to ``GET /orders/{id}``; ``expand`` may name ``customer`` and ``payments``."""
    details = details_of(view.order)
    entries = [payment_entry(view.order, payment, now) for payment in view.payments]
    return msgspec.structs.replace(
        _answer(view, order_status(view, now)),
        pending_amount=None,
        description=details.description,
        payment_link_url=details.link_code or UNSET,
        is_notification_enabled=details.is_notification_enabled,
        email_subject=details.email_subject,
        email_content=details.email_content,
        customer=customer_answer(view) if "customer" in expand else UNSET,
        payments=(entries or None) if "payments" in expand else UNSET,
    )


def order_entry(view: OrderView, now: datetime) -> OrderEntry:
    """One line of ``GET /orders``."""
    order, contact, details = view.order, view.order.contact, details_of(view.order)
    payment, status = telling_payment(view), order_status(view, now)
    return OrderEntry(
        id=order.public_id,
        customer_id=customer_id(view),
        order_ref_id=order.reference,
        amount=money(details.amount_sen),
        currency=order.currency,
        status=status,
        is_live=is_live(order.environment),
        created_at=timestamp(order.created_at),
        updated_at=timestamp(order_changed_at(order, status)),
        expiry_date=timestamp(order.expires_at),
        given_name=name_part(contact, "given_name"),
        sur_name=name_part(contact, "sur_name"),
        email=contact.email,
        mobile=contact.mobile,
        payment_option=details.payment_option,
        payment_id="" if payment is None else payment.public_id,
        payment_details_type="" if payment is None else details_type(payment),
        payment_status="" if payment is None else payment_status(payment, now),
        payment_date=timestamp(None if payment is None else payment.created_at),
        description=details.description,
        payment_link_url=details.link_code,
        is_notification_enabled=details.is_notification_enabled,
        email_subject=details.email_subject,
        email_content=details.email_content,
        payment_method_id="" if payment is None else payment.channel_code,
    )


def _answer(view: OrderView, status: str) -> OrderAnswer:
    order, details = view.order, details_of(view.order)
    payment = telling_payment(view)
    return OrderAnswer(
        id=order.public_id,
        customer_id=customer_id(view),
        order_ref_id=order.reference,
        amount=money(details.amount_sen),
        payment_option=details.payment_option,
        currency=order.currency,
        status=status,
        created_at=timestamp(order.created_at),
        updated_at=timestamp(order_changed_at(order, status)),
        expiry_date=timestamp(order.expires_at),
        metadata=dict(details.metadata),
        items=[_item(item) for item in details.items] or None,
        is_live=is_live(order.environment),
        fees=None if payment is None else money(fee_of(order, payment)),
        shipping_fee="" if details.shipping_fee_sen is None else money(details.shipping_fee_sen),
        admin_fee_method="excluded" if order.payment_rules.fee_bearer == "payer" else "included",
    )


def _item(item: NewItem) -> ItemAnswer:
    return ItemAnswer(
        name=item.name,
        qty=item.qty,
        price=money(item.price_sen),
        logo=item.logo,
        brand=item.brand or UNSET,
        category=item.category or UNSET,
        sku=item.sku or UNSET,
        total_price=UNSET if item.total_price_sen is None else money(item.total_price_sen),
        metadata=item.metadata or UNSET,
    )
