"""The body of ``POST /v3/orders/change-status`` (contract §11.4)."""

from __future__ import annotations

from typing import Any, Final, cast

import msgspec

from gerai.doors.dialects.scalev.formats import timestamp
from gerai.doors.dialects.scalev.methods import METHODS
from gerai.doors.dialects.scalev.request import BLANK
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, TARGET
from gerai.doors.http.fields import Fields
from gerai.engine.standing import PaymentStatus

MAX_ORDERS: Final = 100


class Change(msgspec.Struct, frozen=True):
    """What is asked of these orders. ``target`` and ``method`` in the engine's words; ``noted`` is kept and shown."""

    ids: list[str]
    target: str
    payment: PaymentStatus | None
    method: str
    by: str
    noted: dict[str, Any]


def read_change(form: Fields) -> Change:
    """Read the body: ``ids``, and ``status`` or ``payment_status`` or both. InputInvalid."""
    ids = form.texts("ids", most_items=MAX_ORDERS, most=64, required=True)
    status = form.choice("status", TARGET)
    payment = form.choice("payment_status", PAYMENT_STATUS)
    method = form.choice("payment_method", METHODS)
    if not form.has("status") and not form.has("payment_status"):
        form.complain("status", BLANK)
    transferred_at = form.moment("transfer_time")
    noted: dict[str, Any] = {
        "payment_method": method,
        "financial_entity_id": form.integer("financial_entity_id"),
        "payment_account_holder": form.remark("payment_account_holder"),
        "payment_account_number": form.remark("payment_account_number", most=64),
        "transfer_time": timestamp(transferred_at) if transferred_at else "",
        "transferproof_url": form.link("transferproof_url"),
        "rtsproof_url": form.link("rtsproof_url"),
    }
    by = form.text("by", most=200)
    form.check()
    return Change(
        ids=ids,
        target=TARGET[status] if status else "",
        payment=cast("PaymentStatus", payment) if payment else None,
        method=METHODS[method].kind if method else "manual",
        by=by,
        noted={name: value for name, value in noted.items() if value},
    )
