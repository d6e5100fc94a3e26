"""The shapes of this contract's answers, and how an order of the engine is put into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.money import display, whole_rupiah
from gerai.domain.records import Deposit, Order, OrderView, Payment
from gerai.doors.dialects.leuwongrr.gateway import code_of
from gerai.doors.dialects.leuwongrr.order_details import details_of
from gerai.doors.dialects.leuwongrr.request import BALANCE, INVOICE
from gerai.doors.http.links import absolute, invoice_page
from gerai.doors.http.pay_codes import typed_code
from gerai.doors.http.payable import order_payable, payment_payable
from gerai.doors.http.times import jakarta_wall
from gerai.engine.gateways.record import instructed
from gerai.ports.payments import PaymentMethod

CREATED: Final = "Order berhasil dibuat."
FOUND_AGAIN: Final = "Order yang sama ditemukan dari Idempotency-Key."

#: States of the engine that this contract has no word for.
_ORDER_WORDS: Final = {
    "draft": "pending",
    "confirmed": "processing",
    "ready": "processing",
    "shipped": "processing",
    "partial": "completed",
    "closed": "completed",
    "returned": "failed",
}


class Success(msgspec.Struct, kw_only=True):
    """The envelope of every 2xx answer."""

    success: bool = True
    message: str = "OK"
    data: Any


class OrderPart(msgspec.Struct):
    """The order inside an invoice."""

    status: str
    order_type: str
    roblox_username: str
    robux_amount: int


class InvoiceAnswer(msgspec.Struct):
    """An invoice: the union of both documented shapes."""

    invoice_code: str
    type: str
    payment_status: str
    amount: int
    formatted_amount: str
    currency: str
    payment_method: str
    payment_url: str
    invoice_url: str
    order: OrderPart


class CreatedAnswer(msgspec.Struct):
    """``data`` of a created order."""

    invoice: InvoiceAnswer
    gateway: dict[str, Any] | None
    environment: str
    idempotent: bool


def invoice_url(base_url: str, invoice: Order | Deposit) -> str:
    """The hosted page of this invoice."""
    return base_url + invoice_page(invoice.public_id, invoice.secret)


def invoice_of(view: OrderView, methods: Mapping[str, PaymentMethod], base_url: str, now: datetime) -> InvoiceAnswer:
    """The whole invoice. ``payment_url`` is set once a gateway method was chosen, while the order can be paid."""
    order, details = view.order, details_of(view.order)
    page = invoice_url(base_url, order)
    return InvoiceAnswer(
        invoice_code=order.public_id,
        type="order",
        payment_status=payment_status(view),
        amount=whole_rupiah(order.total_sen),
        formatted_amount=display(order.total_sen),
        currency=order.currency,
        payment_method=method_of(view, methods),
        payment_url=page if gateway_payment(view) is not None and order_payable(view, now) else "",
        invoice_url=page,
        order=OrderPart(order_status(order), details.order_type, details.roblox_username, details.robux_amount),
    )


def short_invoice_of(view: OrderView) -> dict[str, Any]:
    """What a client that polls needs to know."""
    return {
        "invoice_code": view.order.public_id,
        "type": "order",
        "payment_status": payment_status(view),
        "amount": whole_rupiah(view.order.total_sen),
    }


def order_of(view: OrderView, methods: Mapping[str, PaymentMethod], base_url: str) -> dict[str, Any]:
    """An order as lists and details show it."""
    order, details = view.order, details_of(view.order)
    return {
        "invoice_code": order.public_id,
        "status": order_status(order),
        "payment_status": payment_status(view),
        "order_type": details.order_type,
        "roblox_username": details.roblox_username,
        "robux_amount": details.robux_amount,
        "place_id": details.place_id,
        "roblox_pass_id": details.roblox_pass_id,
        "amount": whole_rupiah(order.total_sen),
        "formatted_amount": display(order.total_sen),
        "currency": order.currency,
        "payment_method": method_of(view, methods),
        "client_reference": order.reference,
        "invoice_url": invoice_url(base_url, order),
        "created_at": jakarta_wall(order.created_at),
        "updated_at": jakarta_wall(order.updated_at),
    }


def balance_of(available_sen: int) -> dict[str, Any]:
    """A balance, rounded down to whole rupiah for wallets that hold a fraction."""
    # Down: nobody can spend the fraction, so a rounded-up balance would promise too much.
    whole = available_sen - available_sen % 100
    return {"amount": whole_rupiah(whole), "formatted": display(whole), "currency": "IDR"}


def order_status(order: Order) -> str:
    """The order's state in this contract's words."""
    return _ORDER_WORDS.get(order.status, order.status)


def payment_status(view: OrderView) -> str:
    """The invoice's state: pending, paid, expired, cancelled or refunded."""
    return view.invoice.status if view.invoice is not None else "pending"


def gateway_payment(view: OrderView) -> Payment | None:
    """The payment of an order that was placed with a gateway method: the one that paid it, else the newest."""
    if not view.payments or details_of(view.order).payment_method in (INVOICE, BALANCE):
        return None
    paid_by = [payment for payment in view.payments if payment.status == "completed"]
    return max(paid_by or view.payments, key=lambda payment: payment.payment_id)


def method_of(view: OrderView, methods: Mapping[str, PaymentMethod]) -> str:
    """How the order is paid, by its code: what was asked for, until its payer chose another gateway method."""
    payment = gateway_payment(view)
    chosen = "" if payment is None else code_of(methods, payment.method, payment.channel_code)
    return chosen or details_of(view.order).payment_method


def gateway_of(
    view: OrderView, methods: Mapping[str, PaymentMethod], base_url: str, now: datetime
) -> dict[str, Any] | None:
    """What the payer must see to pay through the chosen gateway method; None for invoice and balance, while its gateway
    has not answered, and when the payment can no longer be made."""
    payment = gateway_payment(view)
    if payment is None or not order_payable(view, now) or not payment_payable(payment, now):
        return None
    if not instructed(payment):
        return None
    code, asked_sen, secret = method_of(view, methods), payment.asked_sen, view.order.secret
    return instructions_of(payment, code, asked_sen, secret, base_url)


def instructions_of(
    paid_by: Payment | Deposit, code: str, asked_sen: int, secret: str, base_url: str
) -> dict[str, Any]:
    """How to pay ``asked_sen`` by the gateway method with this code, as it is stored. ``secret`` opens the page;
    ``account_name`` is whose account it is, where the payer transfers to one."""
    instructions = paid_by.instructions
    return {
        "code": code,
        "type": instructions.get("kind", ""),
        "channel": paid_by.channel_code,
        "amount": whole_rupiah(asked_sen),
        "pay_code": typed_code(instructions),
        "account_name": instructions.get("holder", ""),
        "qr_string": instructions.get("qr_text", ""),
        "redirect_url": absolute(instructions.get("url", ""), base_url, secret),
        "expires_at": jakarta_wall(paid_by.expires_at) if paid_by.expires_at is not None else None,
    }


def masked(email: str) -> str:
    """``us***@example.com``: two characters of the name are kept."""
    name, at, host = email.partition("@")
    return f"{name[:2]}***{at}{host}" if email else ""
