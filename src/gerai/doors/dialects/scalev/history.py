"""What happened to an order, in this contract's words: histories and the ``…_time`` fields, read from its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Order
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, STATUS, TARGET
from gerai.doors.dialects.scalev.values import timestamp
from gerai.engine.orders.find import EventEntry

_INVOICE: Final = "invoice."


class Step(msgspec.Struct, frozen=True):
    """``by`` is empty when nobody said who."""

    status: str
    by: str
    at: datetime


class History(msgspec.Struct, frozen=True):
    """The steps of an order and of its payment, oldest first."""

    orders: list[Step]
    payments: list[Step]


def placed_history(order: Order) -> History:
    """Of an order that was just placed: nothing but its first status."""
    return History([Step(STATUS[order.status], "", order.created_at)], [])


def read_history(events: Sequence[EventEntry]) -> History:
    """From the order's events."""
    steps, payments = list[Step](), list[Step]()
    for event in events:
        by = str(event.facts.get("by") or "")
        status = event.facts.get("status")
        if event.name.startswith("order.") and isinstance(status, str) and status in STATUS:
            steps.append(Step(STATUS[status], by, event.at))
        elif event.name.startswith(_INVOICE) and event.name[len(_INVOICE) :] in PAYMENT_STATUS:
            payments.append(Step(event.name[len(_INVOICE) :], by, event.at))
    return History(steps, payments)


def shape(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """``[{status, by, time}]``."""
    return [{"status": step.status, "by": step.by or None, "time": timestamp(step.at)} for step in steps]


def times(order: Order, history: History, write: Callable[[datetime], str] = timestamp) -> dict[str, Any]:
    """``draft_time`` and its like: when each status was last taken; an order is unpaid from its first moment."""
    found: dict[str, Any] = {f"{word}_time": None for word in (*TARGET, *PAYMENT_STATUS)}
    found["unpaid_time"] = write(order.created_at)
    for step in (*history.orders, *history.payments):
        found[f"{step.status}_time"] = write(step.at)
    return found
