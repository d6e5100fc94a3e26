"""An order as it stood at one of its events: what a message states must not depend on when it is composed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from gerai.domain.records import OrderView, Payment, Shipment
from gerai.doors.dialects.scalev.order_history import History, read_history
from gerai.doors.dialects.scalev.statuses import STATUS
from gerai.engine.orders.find import EventEntry
from gerai.engine.webhooks.contract import Occurrence

_PAYMENT: Final = "payment."
#: What an event made of a payment, where the state has another name. A refund leaves it as it reads now.
_STATES: Final = {"started": "processing", "credited": "refunded", "refunded": ""}
#: Words of the invoice that take back what was received.
_TAKING_BACK: Final = ("invoice.unpaid", "invoice.conflict")


class OrderAtEvent(NamedTuple):
    """The order right after an event, and how it got there."""

    view: OrderView
    history: History


def order_at_event(happened: Occurrence) -> OrderAtEvent:
    """Status, payments, parcel, what people noted and the times, as the events up to this one record."""
    view, events = happened.view, happened.events
    order = msgspec.structs.replace(
        view.order,
        status=_status(events, view.order.status),
        details={**view.order.details, "noted": _noted(events)},
        updated_at=happened.event.at,
    )
    then = msgspec.structs.replace(
        view, order=order, payments=_payments(view, events), shipment=_shipment(view, events)
    )
    return OrderAtEvent(then, read_history(events))


def _status(events: Sequence[EventEntry], now: str) -> str:
    told = (event.facts.get("status") for event in reversed(events) if event.name.startswith("order."))
    return next((status for status in told if isinstance(status, str) and status in STATUS), now)


def _noted(events: Sequence[EventEntry]) -> dict[str, Any]:
    """What people had noted by then: proof of transfer, another payment method."""
    noted: dict[str, Any] = {}
    for event in events:
        noted |= event.facts.get("noted", {})
    return noted


def _shipment(view: OrderView, events: Sequence[EventEntry]) -> Shipment | None:
    """The parcel as far as it had come; it is planned in the very act that places its order."""
    if view.shipment is None:
        return None
    told = {"status": "planned", "receipt": ""}
    for event in events:
        if event.name.startswith("shipment."):
            told |= {name: event.facts[name] for name in told if name in event.facts}
    return msgspec.structs.replace(view.shipment, **told)


def _payments(view: OrderView, events: Sequence[EventEntry]) -> tuple[Payment, ...]:
    states: dict[str, str] = {}
    for event in events:
        public_id = event.facts.get("payment")
        if event.name.startswith(_PAYMENT) and isinstance(public_id, str):
            word = event.name.removeprefix(_PAYMENT)
            states[public_id] = _STATES.get(word, word)
        elif event.name in _TAKING_BACK:
            states = {known: "cancelled" if state == "completed" else state for known, state in states.items()}
    return tuple(
        msgspec.structs.replace(payment, status=states[payment.public_id] or payment.status)
        for payment in view.payments
        if payment.public_id in states
    )
