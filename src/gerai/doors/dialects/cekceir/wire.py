"""This contract's answers: field for field, in the order its pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.money import SEN_PER_RUPIAH, whole_rupiah
from gerai.domain.records import Account, OrderView
from gerai.doors.dialects.cekceir.keys import SERVED
from gerai.doors.dialects.cekceir.order_details import details_of
from gerai.doors.http.times import rfc3339
from gerai.engine.catalogue.services import Service, ServiceType
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.orders.find import EventEntry
from gerai.kit.json_values import is_array, is_object

#: The engine's order states in the contract's words; any other state is one an operator put the order in.
STATUS: Final[dict[str, str]] = {
    "processing": "pending",
    "completed": "success",
    "partial": "partial",
    "failed": "failed",
    "cancelled": "cancelled",
    "closed": "success",
}
#: What placing an order answers with, by its result.
HTTP_STATUS: Final[dict[str, int]] = {"pending": 201, "success": 200, "partial": 207, "failed": 503, "cancelled": 503}

_MESSAGES: Final[dict[str, str]] = {
    "pending": "Pesanan-mu telah kami terima dan sedang kami proses.",
    "success": "Pesanan-mu telah berhasil kami proses.",
    "partial": "Pesanan-mu telah kami proses, namun sebagian item gagal.",
    "failed": "Pesanan-mu gagal kami proses, saldo-mu telah kami kembalikan.",
    "cancelled": "Pesanan-mu telah dibatalkan, saldo-mu telah kami kembalikan.",
}
#: What went wrong, where the provider gave no reason.
_DEFAULT_ERRORS: Final[dict[str, str]] = {
    "partial": "Sebagian item gagal diproses oleh penyedia.",
    "failed": "Pesanan gagal diproses oleh penyedia.",
}


class OrderBody(msgspec.Struct):
    """An order, as placing it answers, whatever became of it."""

    status: str
    reference_id: str | None
    message: str
    processed: int
    processed_success: int
    processed_error: int
    remaining_balance: int
    result: Any
    error_message: str | None
    order_id: int
    transaction_id: int
    service_code: str
    total: int
    price: int
    total_price: int
    charged_amount: int
    refunded_amount: int
    balance_before: int
    created_at: str


class HistoryEntry(msgspec.Struct):
    status: str
    created_at: str


class OrderRead(OrderBody):
    """An order as reads show it: the same fields, and how it got there."""

    status_history: list[HistoryEntry]


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and ``Z``."""
    return rfc3339(at, 3)


def balance(sen: int) -> int:
    """A balance in whole rupiah; what is left below one rupiah cannot be spent here and is not shown."""
    return whole_rupiah(sen - sen % SEN_PER_RUPIAH)


def order_fields(view: OrderView, before_sen: int) -> dict[str, Any]:
    """The fields of :class:`OrderBody`. While an order is pending nothing is charged or refunded: the money is held.

    ``before_sen``: what the wallet had before the order. What remains is that without what this order took, whatever
    other orders took meanwhile: both figures of one order fit together.
    """
    order, line, work = view.order, view.lines[0], view.fulfilment
    status = STATUS.get(order.status, "pending")
    succeeded, failed = (work.succeeded, work.failed) if work is not None else (0, 0)
    # Held or charged: what was not given back.
    taken_sen = order.total_sen - order.refunded_sen
    default = _DEFAULT_ERRORS.get(status)
    return {
        "status": status,
        "reference_id": (work.reference or None) if work is not None else None,
        "message": _MESSAGES[status],
        "processed": succeeded + failed,
        "processed_success": succeeded,
        "processed_error": failed,
        "remaining_balance": balance(before_sen - taken_sen),
        "result": _result(work.result) if work is not None else None,
        "error_message": default and ((work.error if work is not None else "") or default),
        "order_id": order.order_id,
        "transaction_id": order.held_transfer_id or order.order_id,
        "service_code": details_of(order).service_code,
        "total": line.quantity,
        "price": whole_rupiah(line.unit_price_sen),
        "total_price": whole_rupiah(order.total_sen),
        "charged_amount": whole_rupiah(order.charged_sen),
        "refunded_amount": whole_rupiah(order.refunded_sen),
        "balance_before": balance(before_sen),
        "created_at": iso(order.created_at),
    }


def _result(given: Any) -> Any:
    """What the provider gave. Clients read an object or a list: any other value is put into an object."""
    return given if given is None or is_object(given) or is_array(given) else {"result": given}


def order_body(view: OrderView, before_sen: int) -> OrderBody:
    """The flat answer of placing an order."""
    return OrderBody(**order_fields(view, before_sen))


def order_read(view: OrderView, before_sen: int, events: list[EventEntry]) -> OrderRead:
    """The order with its states so far; ``events`` are the order's, oldest first."""
    return OrderRead(**order_fields(view, before_sen), status_history=status_history(events))


def status_history(events: list[EventEntry]) -> list[HistoryEntry]:
    """One entry for each state the order has been in."""
    return [
        HistoryEntry(STATUS[event.facts["status"]], iso(event.at))
        for event in events
        if event.name.startswith("order.") and event.facts.get("status") in STATUS
    ]


def service_item(service: Service, kind: ServiceType) -> dict[str, Any]:
    """A service as the list shows it (no price)."""
    return {
        "id": service.service_id,
        "code": service.code,
        "name": service.name,
        "description": service.description,
        "open_time": service.open_time,
        "close_time": service.close_time,
        "is_active": service.is_active,
        "processing_type": service.processing_type,
        "service_type": {
            "id": kind.type_id,
            "code": kind.code,
            "name": kind.name,
            "description": kind.description,
            "is_active": kind.is_active,
            "input_schema": kind.input_schema,
            "result_schema": kind.result_schema,
        },
        "created_at": iso(service.created_at),
        "updated_at": iso(service.updated_at),
    }


def service_detail(service: Service, kind: ServiceType) -> dict[str, Any]:
    """A service with what it costs and how many items one order takes."""
    return {
        **service_item(service, kind),
        "scope": {"access_channel": "api", "account_type": "basic", "source": "base"},
        "rule": {
            "unit_price": whole_rupiah(service.unit_price_sen),
            "min_items": service.min_items,
            "max_items": service.max_items,
            "processing_type": service.processing_type,
        },
        "availability": None,
    }


def page(items: list[Any], next_cursor: int | None) -> dict[str, Any]:
    """The envelope of every list. ``next_cursor`` None: there is nothing more."""
    return {"data": {"page": {"items": items, "next_cursor": next_cursor}}}


def me(key: KeyFacts, now: datetime) -> dict[str, Any]:
    """Who a key speaks for. Empty facts are null."""
    member = key.member
    expires_in = None if key.expires_at is None else max(0, int((key.expires_at - now).total_seconds()))
    return {
        "user_id": None if member is None else member.member_id,
        "via": "client_api_key",
        "access_channel": "api",
        "account_type": "basic",
        "role": "user",
        "phone": None if member is None else member.mobile or None,
        "profile_picture_url": None,
        "username": None if member is None else member.public_id,
        "email": None if member is None else member.email or None,
        "session_id": None,
        "api_key_id": key.key_id,
        "api_key_type": "client",
        "external_user": None,
        "permissions": sorted(key.permissions & SERVED),
        "token": {"expires_at": None if key.expires_at is None else iso(key.expires_at), "expires_in": expires_in},
    }


def wallet_snap(account: Account) -> dict[str, Any]:
    """A wallet: what can be spent, and what open orders hold."""
    return {
        "balance": balance(account.available_sen),
        "reserved": balance(account.debits_pending),
        "wallet_id": account.account_id,
    }
