"""How an order is put into words and marks: its way of paying, its number in two parts, the steps it has taken."""

from __future__ import annotations

from typing import Any, Final

from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords

#: A longer number is cut in its middle: its end is what tells it from others.
_LONGEST: Final = 16
_END: Final = 6
#: The steps of the bar, and by which states each has been taken.
_STEPS: Final = ("placed", "paid", "work", "sent", "done")
_REACHED: Final = {
    "draft": 1, "pending": 1, "confirmed": 2, "processing": 3, "ready": 3, "shipped": 4, "completed": 5, "partial": 5,
    "closed": 5,
}  # fmt: skip
_EVENT_OF: Final = {
    "order.confirmed": 2, "invoice.paid": 2, "order.processing": 3, "order.ready": 3, "order.shipped": 4,
    "order.returned": 4,
}  # fmt: skip
#: States in which an order ended otherwise than by being completed.
_ENDED_BADLY: Final = frozenset({"cancelled", "expired", "failed", "returned"})


def method_name(desk: AtDesk, words: DeskWords, method: str) -> str:
    """``va:BCA``, or ``va BCA``, as ``Virtual account BCA``."""
    name, _, channel = method.replace(" ", ":", 1).partition(":")
    if not name:
        return ""
    known = desk.within.house.payment_methods.get(name)
    title = words.word("method", name) if known is None else known.title[words.language]
    return title if channel.casefold() in title.casefold() else f"{title} {channel}"


def parted(number: str) -> tuple[str, str]:
    """A number as its beginning, which may be cut where there is no room, and its end."""
    return (number, "") if len(number) <= _LONGEST else (number[:-_END], number[-_END:])


def steps_of(order: Any) -> list[tuple[str, bool]]:
    """The steps of an order, and whether each has been taken. One without a parcel has no step of sending; one that
    ended otherwise has those that its events tell of, and how it ended."""
    paid = order.payment_status in ("paid", "settled")
    reached = _REACHED.get(order.status)
    if reached is None:
        reached = max((_EVENT_OF.get(event.name, 1) for event in order.events), default=1)
    steps = [step for step in _STEPS if step != "sent" or order.parcel is not None]
    taken = [(step, _STEPS.index(step) < reached and (step != "paid" or paid)) for step in steps]
    if order.status in _ENDED_BADLY:
        return [*(one for one in taken if one[1]), (order.status, False)]
    return taken
