"""The body of ``POST /v3/orders/change-status`` (contract §11.4)."""

from __future__ import annotations

from typing import Any, Final, cast

import msgspec

from gerai.doors.dialects.scalev.methods import METHODS
from gerai.doors.dialects.scalev.reading import BLANK, Reader
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, TARGET
from gerai.engine.orders.payment_status import PaymentStatus

MAX_ORDERS: Final = 100


class Change(msgspec.Struct, frozen=True):
    """What is asked of these orders. ``target`` and ``method`` in the engine's words; ``noted`` is kept and shown."""

    ids: list[str]
    target: str
    payment: PaymentStatus | None
    method: str
    by: str
    noted: dict[str, Any]


def read_change(reader: Reader) -> Change:
    """Read the body: ``ids``, and ``status`` or ``payment_status`` or both. InputInvalid."""
    ids = reader.texts("ids", maximum=MAX_ORDERS, required=True)
    status = reader.choice("status", TARGET)
    payment = reader.choice("payment_status", PAYMENT_STATUS)
    method = reader.choice("payment_method", METHODS)
    if status is None and payment is None and not {"status", "payment_status"} & set(reader.mistakes):
        reader.wrong("status", BLANK)
    noted: dict[str, Any] = {
        "payment_method": method,
        "financial_entity_id": reader.integer("financial_entity_id"),
        "payment_account_holder": reader.text("payment_account_holder"),
        "payment_account_number": reader.text("payment_account_number", maximum=64),
        "transfer_time": reader.moment("transfer_time"),
        "transferproof_url": reader.text("transferproof_url", maximum=500),
        "rtsproof_url": reader.text("rtsproof_url", maximum=500),
    }
    by = reader.text("by", maximum=200) or ""
    reader.finish()
    return Change(
        ids=ids,
        target=TARGET[status] if status else "",
        payment=cast("PaymentStatus | None", payment),
        method=METHODS[method].kind if method else "manual",
        by=by,
        noted={name: value for name, value in noted.items() if value is not None},
    )
