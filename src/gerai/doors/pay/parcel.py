"""The parcel on the page: who carries it, its number, how far it has come, and its last report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gerai.domain.records import OrderView, Shipment
from gerai.doors.http.page_details import PageDetails
from gerai.doors.pay import page_state
from gerai.doors.pay.links import web_address
from gerai.doors.pay.model import ParcelCard, ParcelStep
from gerai.doors.pay.names import shown
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry

#: Looks of an order whose parcel is somebody's business: not before it is paid for, nor after it ended without one.
_SHOWN_ON: Final = frozenset(
    {
        *(
            page_state.PAID,
            page_state.COD,
            page_state.FREE,
            page_state.SHIPPED,
            page_state.SHIPPED_COD,
            page_state.STUCK,
        ),
        *(page_state.RETURNING, page_state.RETURNED, page_state.DONE),
    }
)
_TO_BUYER: Final = ("prepared", "handed_over", "in_transit", "delivered")
_BACK: Final = ("prepared", "handed_over", "returning", "returned")
#: State to the step that it is at.
_STEP: Final = {"planned": "prepared", "booked": "prepared", "problem": "in_transit"}
_TONES: Final = {
    "planned": "wait", "booked": "wait", "problem": "bad", "returning": "calm", "returned": "calm",
}  # fmt: skip


def parcel(
    view: OrderView, details: PageDetails, events: Sequence[EventEntry], state: page_state.PageState, words: Words
) -> ParcelCard | None:
    """The parcel's card; None when there is nothing to follow."""
    shipment = view.shipment
    if shipment is None or shipment.status == "cancelled" or state not in _SHOWN_ON:
        return None
    # Of two that tell the same time, the one that was told later.
    latest = max((e for e in reversed(events) if is_report(e)), key=reported_at, default=None)
    taken_along = _taken_along(shipment, events)
    if taken_along and latest is None and not shipment.receipt:
        return None
    return ParcelCard(
        courier=_courier(details, shipment),
        state="" if taken_along else words(f"parcel.state.{shipment.status}"),
        tone="calm" if taken_along else _TONES.get(shipment.status, "good"),
        steps=() if taken_along else _steps(shipment.status, words),
        receipt="" if web_address(shipment.receipt) else shown(shipment.receipt),
        url=web_address(shipment.receipt),
        latest="" if latest is None else shown(_description(latest)),
        latest_at="" if latest is None else words.short_time(reported_at(latest)),
    )


def _taken_along(shipment: Shipment, events: Sequence[EventEntry]) -> bool:
    """Whether the parcel counts as delivered only because its order was completed: nobody reported that it arrived."""
    arrived = next((e for e in reversed(events) if e.name == "shipment.delivered"), None)
    return shipment.status == "delivered" and arrived is not None and arrived.facts.get("source") == "order"


def _description(event: EventEntry) -> str:
    """What a report adds to the state that it led to."""
    return event.facts.get("description") or ("" if "status" in event.facts else event.facts["words"])


def is_report(event: EventEntry) -> bool:
    """Whether a courier or a person reported this of the parcel."""
    return event.name.startswith("shipment.") and bool(event.facts.get("words"))


def reported_at(event: EventEntry) -> datetime:
    """When it happened, as reported; never later than the report itself."""
    told = event.facts.get("happened_at")
    return min(datetime.fromisoformat(told), event.at) if told else event.at


def news(event: EventEntry, words: Words) -> tuple[str, str, str] | None:
    """Text, further words and tone of a step of the parcel; None for what the order's own history shows."""
    facts = event.facts
    if is_report(event):
        status = facts.get("status")
        text = words(f"parcel.state.{status}") if status else shown(facts["words"])
        tone = {"problem": "bad", "delivered": "good"}.get(status or "", "calm")
        return text, shown(facts.get("description", "")), tone
    if receipt := facts.get("receipt"):
        return words("moment.parcel_receipt"), shown(receipt), "calm"
    return None


def _courier(details: PageDetails, shipment: Shipment) -> str:
    title = shown(details.shipping.title) if details.shipping is not None else ""
    return title or f"{shipment.courier} {shipment.service}".strip().upper()


def _steps(status: str, words: Words) -> tuple[ParcelStep, ...]:
    """The way there, or back; done up to the one it is at, all of them once it has arrived."""
    way = _BACK if status in ("returning", "returned") else _TO_BUYER
    at = way.index(_STEP.get(status, status))
    arrived = at == len(way) - 1
    return tuple(
        ParcelStep(words(f"parcel.step.{name}"), "done" if place < at or arrived else "now" if place == at else "ahead")
        for place, name in enumerate(way)
    )
