"""What happened to an order, in this contract's words: histories and the ``…_time`` fields, read from its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Order, Shipment
from gerai.doors.dialects.scalev.formats import timestamp
from gerai.doors.dialects.scalev.shipment_states import SHIPMENT_STATUS
from gerai.doors.dialects.scalev.statuses import PAYMENT_STATUS, STATUS, TARGET
from gerai.engine.orders.find import EventEntry

_INVOICE: Final = "invoice."
_SHIPMENT: Final = "shipment."
#: Where a parcel's way begins to be told, unless somebody reported the step.
_NOT_TOLD: Final = frozenset({"planned", "booked"})


class Step(msgspec.Struct, frozen=True):
    """``by`` is empty when nobody is named."""

    status: str
    by: str
    at: datetime


class Tracking(msgspec.Struct, frozen=True):
    """A report on the parcel, in its original words. ``source``: whose time it is."""

    at: datetime
    status: str
    description: str
    source: str


class History(msgspec.Struct, frozen=True):
    """The steps of an order, of its payment and of its parcel, oldest first; ``noted``: what people noted meanwhile."""

    orders: list[Step]
    payments: list[Step]
    shipments: list[Tracking]
    noted: dict[str, Any] = {}


def placed_history(order: Order) -> History:
    """Of an order that was just placed: nothing but its first status."""
    return History([Step(STATUS[order.status], "", order.created_at)], [], [])


def read_history(events: Sequence[EventEntry]) -> History:
    """From the order's events."""
    steps, payments, shipments, noted = list[Step](), list[Step](), list[Tracking](), dict[str, Any]()
    for event in events:
        noted |= event.facts.get("noted", {})
        by = str(event.facts.get("by") or "")
        status = event.facts.get("status")
        if event.name.startswith("order.") and isinstance(status, str) and status in STATUS:
            steps.append(Step(STATUS[status], by, event.at))
        elif event.name.startswith(_INVOICE) and event.name[len(_INVOICE) :] in PAYMENT_STATUS:
            payments.append(Step(event.name[len(_INVOICE) :], by, event.at))
        elif event.name.startswith(_SHIPMENT) and (tracked := _tracking(event)) is not None:
            shipments.append(tracked)
    return History(steps, payments, sorted(shipments, key=lambda tracked: tracked.at), noted)


def _tracking(event: EventEntry) -> Tracking | None:
    """A report as it was made, or a step that the parcel took along with its order; None for anything else."""
    facts = event.facts
    told_at = facts.get("happened_at")
    at = datetime.fromisoformat(told_at) if told_at else event.at
    if words := facts.get("words"):
        return Tracking(at, words, facts["description"], facts["source"] if told_at else "system")
    word = SHIPMENT_STATUS.get(facts.get("status", ""))
    return None if word is None or facts["status"] in _NOT_TOLD else Tracking(at, word, "", "system")


def shape(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """``[{status, by, time}]``."""
    return [{"status": step.status, "by": step.by or None, "time": timestamp(step.at)} for step in steps]


def shipment_shape(tracked: Sequence[Tracking]) -> list[dict[str, Any]]:
    """``[{timestamp, status, description, timestamp_source}]``."""
    return [
        {
            "timestamp": timestamp(entry.at),
            "status": entry.status,
            "description": entry.description or None,
            "timestamp_source": entry.source,
        }
        for entry in tracked
    ]


def times(
    order: Order, history: History, shipment: Shipment | None, write: Callable[[datetime], str] = timestamp
) -> dict[str, Any]:
    """``draft_time`` and its like: when each status was last taken; an order is unpaid from its first moment, and
    shipped when its parcel left."""
    found: dict[str, Any] = {f"{word}_time": None for word in (*TARGET, *PAYMENT_STATUS)}
    found["unpaid_time"] = write(order.created_at)
    for step in (*history.orders, *history.payments):
        found[f"{step.status}_time"] = write(step.at)
    if found["shipped_time"] and shipment is not None and shipment.shipped_at is not None:
        found["shipped_time"] = write(shipment.shipped_at)
    return found
