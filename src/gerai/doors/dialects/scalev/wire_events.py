"""Shapes of webhook data (contract §12): times to the second, lines with decimal strings, histories newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

from gerai.domain.records import OrderLine, OrderView, Payment
from gerai.doors.dialects.scalev.formats import free_object, second
from gerai.doors.dialects.scalev.order_details import VARIANT, OrderDetails, details_of
from gerai.doors.dialects.scalev.order_history import History, Step, read_history, times
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, STATUS
from gerai.doors.dialects.scalev.wire import customer, text
from gerai.doors.dialects.scalev.wire import order as rest_order
from gerai.doors.dialects.scalev.wire_lines import line_details
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.webhooks.contract import Occurrence

_STATUS_TIMES: Final = (
    "draft_time", "pending_time", "confirmed_time", "in_process_time", "ready_time", "shipped_time", "completed_time",
    "rts_time", "canceled_time", "closed_time",
)  # fmt: skip
_PAYMENT_TIMES: Final = tuple(f"{word}_time" for word in PAYMENT_STATUS)
#: A whole order, in the order of the documented example; the two links at the end are ours.
_ORDER: Final = (
    "id", "order_id", "secret_slug", "status", "is_probably_spam", "mark_as_spam_by", *_STATUS_TIMES, "payment_status",
    *_PAYMENT_TIMES, "business", "store", "epayment_provider", "payment_method", "sub_payment_method",
    "financial_entity", "payment_account_holder", "payment_account_number", "transferproof_url", "transfer_time",
    "final_variants", "total_quantity", "gross_revenue", "unique_code_discount", "discount_code_discount",
    "net_revenue", "product_price", "product_discount", "other_income_name", "other_income", "discount_rate", "cogs",
    "shipping_cost", "shipping_discount", "payment_fee", "customer_id", "destination_address", "origin_address",
    "warehouse", "product_weight", "weight_bump", "total_weight", "courier_service", "courier_aggregator_code",
    "rtsproof_url", "shipment_receipt", "shipment_status", "awb_status", "awb_ca_status", "notes", "tags",
    "orderlines", "created_at", "last_updated_at", "public_order_url", "payment_url",
)  # fmt: skip
_STARTED_PAYMENT: Final = ("pg_payment_info", "pg_reference_id")
_STATUS: Final = ("id", "order_id", "status", *_STATUS_TIMES, "created_at", "last_updated_at")
_PAYMENT: Final = (
    "id", "order_id", "business", "is_probably_spam", "mark_as_spam_by", "created_at", "last_updated_at",
    "payment_status", "payment_account_id", "epayment_provider", "payment_method", "sub_payment_method",
    "financial_entity", "payment_account_holder", "payment_account_number", "transferproof_url", "pg_payment_info",
    "pg_reference_id", "pg_paid_info", *_PAYMENT_TIMES, "transfer_time",
)  # fmt: skip
_ADDRESS: Final = ("address", "subdistrict", "city", "province", "postal_code")


def order_data(happened: Occurrence) -> dict[str, Any]:
    """Of ``order.created`` and ``order.spam_created``: the whole order, its buyer and metadata as the other messages
    have them."""
    return {**_pick(_ORDER, _everything(happened, _history(happened))), **_buyer(happened.view)}


def started_payment_data(happened: Occurrence) -> dict[str, Any]:
    """Of ``order.epayment_created``: the whole order, and what its buyer must see to pay."""
    everything = _everything(happened, _history(happened))
    return {**_pick(_ORDER, everything), **_buyer(happened.view), **_pick(_STARTED_PAYMENT, everything)}


def status_data(happened: Occurrence) -> dict[str, Any]:
    """Of ``order.status_changed``."""
    history = _history(happened)
    told = _pick(_STATUS, _everything(happened, history))
    return {**told, "status_history": _steps(history.orders), **_buyer(happened.view)}


def payment_data(happened: Occurrence) -> dict[str, Any]:
    """Of ``order.payment_status_changed``, ``payment.received`` and ``payment.failed``."""
    history = _history(happened)
    told = _pick(_PAYMENT, _everything(happened, history))
    return {**told, "payment_status_history": _steps(history.payments), **_buyer(happened.view)}


def business(merchant: MerchantFacts) -> dict[str, Any]:
    """``client_id`` is no secret and no login here: a name of the merchant that never changes."""
    client_id = uuid5(NAMESPACE_OID, f"business/{merchant.merchant_id}")
    return {"username": merchant.code, "client_id": str(client_id), "unique_id": f"business_{merchant.code}"}


def _history(happened: Occurrence) -> History:
    """The steps up to and including the event, which the contract lists in its messages."""
    return read_history(happened.events)


def _then(happened: Occurrence, history: History) -> OrderView:
    """The order as the event left it, however late the message is composed."""
    view, standing = happened.view, happened.standing
    order = msgspec.structs.replace(
        view.order,
        status=standing.status if standing.status in STATUS else view.order.status,
        details={**view.order.details, "noted": history.noted},
        updated_at=happened.event.at,
    )
    parcel, shipment = standing.parcel, view.shipment
    if parcel is None or shipment is None:
        shipment = None
    else:
        shipment = msgspec.structs.replace(
            shipment,
            status=parcel.status,
            receipt=parcel.receipt,
            aggregator=parcel.aggregator,
            details=parcel.details,
        )
    return msgspec.structs.replace(view, order=order, payments=_payment_then(happened), shipment=shipment)


def _payment_then(happened: Occurrence) -> tuple[Payment, ...]:
    """The payment that ran or had succeeded; where it was given back before the event, the one that had paid."""
    named = [p for p in happened.view.payments if p.public_id == happened.standing.payment]
    if not named:
        return tuple(p for p in happened.view.payments if p.status == "refunded" and _had_come(p, happened))
    return tuple(
        msgspec.structs.replace(p, status="completed" if _had_come(p, happened) else "processing") for p in named
    )


def _had_come(payment: Payment, happened: Occurrence) -> bool:
    """Whether the payment's money was there, and counted, when the event happened."""
    at = payment.completed_at
    return happened.standing.payment_status in ("paid", "settled") and at is not None and at <= happened.event.at


def _everything(happened: Occurrence, history: History) -> dict[str, Any]:
    """The REST order, and over it what webhooks write differently."""
    view = _then(happened, history)
    facts = details_of(view.order)
    rest = rest_order(view, history, business(happened.merchant), happened.base_url)
    return {
        **rest,
        **times(view.order, history, view.shipment, second),
        **_parcel(rest, facts),
        "payment_status": happened.standing.payment_status,
        "store": {"name": facts.store.name},
        "financial_entity": _part(("id", "code", "name"), rest["financial_entity"]),
        "customer_id": view.order.member_id,
        "product_weight": facts.product_weight_g,
        "weight_bump": facts.weight_bump_g,
        "total_weight": facts.product_weight_g + facts.weight_bump_g,
        "orderlines": [_line(line) for line in view.lines if line.item_kind == VARIANT],
        "created_at": second(view.order.created_at),
        "last_updated_at": second(view.order.updated_at),
    }


def _parcel(rest: dict[str, Any], facts: OrderDetails) -> dict[str, Any]:
    """Receivers look for the buyer's name, telephone and e-mail in the destination, also when nothing is sent."""
    buyer, service = facts.customer, rest["courier_service"]
    person = {"name": buyer.name, "phone": buyer.phone or None, "email": buyer.email or None}
    to = _part(_ADDRESS, rest["destination_address"]) or dict.fromkeys(_ADDRESS)
    named = ("name", "code")
    return {
        "destination_address": {**person, **to, "notes": ""},
        "origin_address": _part(_ADDRESS, rest["origin_address"]),
        "warehouse": _part(("name", "unique_id"), rest["warehouse"]),
        "courier_service": service and {"courier": _part(named, service["courier"]), **_pick(named, service)},
        "courier_aggregator_code": rest["shipment_provider_code"],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    facts, none = line_details(line), text(0)
    return {
        "quantity": line.quantity,
        "is_inventory": facts.is_inventory,
        "weight": facts.weight_g * line.quantity,
        "product_name": line.name,
        "variant_unique_id": facts.unique_id or None,
        "variant_sku": facts.sku or None,
        "variant_price": text(facts.price_sen),
        "variant_cogs": text(facts.cost_sen),
        "product_price": text(facts.share_sen if facts.bundle else line.total_sen),
        "discount": none,
        "discount_code_discount": none,
        "cogs": text(facts.cost_sen * line.quantity),
    }


def _buyer(view: OrderView) -> dict[str, Any]:
    facts = details_of(view.order)
    return {"customer": customer(view, facts, second), "metadata": free_object(facts.extras.get("metadata"))}


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """``by`` is always an object: receivers read ``by.name`` without asking."""
    return [
        {"at": second(step.at), "by": {"avatar": "", "email": "", "name": step.by}, "status": step.status}
        for step in reversed(steps)
    ]


def _pick(names: Sequence[str], everything: dict[str, Any]) -> dict[str, Any]:
    return {name: everything[name] for name in names}


def _part(names: Sequence[str], whole: dict[str, Any] | None) -> dict[str, Any] | None:
    """Some fields of an object that may be missing."""
    return whole and _pick(names, whole)
