"""What happened to an order, in words: one sentence for each event, with what it says that a person wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gerai.doors.console.cells import raw
from gerai.doors.console.words import DeskWords

#: What is told of an event beside its name, in this order. The rest stands in its raw data.
_TOLD: Final = (
    "method", "amount_sen", "asked_sen", "paid_sen", "receipt", "words", "description", "reason", "note", "error",
)  # fmt: skip
#: How an event's mark is coloured, by how its name ends.
_GOOD: Final = ("completed", "paid", "succeeded", "delivered", "confirmed", "settled", "sent")
_BAD: Final = ("failed", "expired", "cancelled", "late", "mismatch", "problem", "denied", "unknown", "conflict", "due")


@dataclass(frozen=True)
class Told:
    """One event. ``raw``: its facts as they are kept."""

    name: str
    title: str
    at: datetime
    tone: str
    by: str
    details: list[str]
    raw: str


def story_of(order: Any, words: DeskWords) -> list[Told]:
    """The events of an order, newest first."""
    return [_told(event, words) for event in reversed(order.events)]


def _told(event: Any, words: DeskWords) -> Told:
    last = event.name.rpartition(".")[2]
    tone = "good" if last in _GOOD else "bad" if last in _BAD else ""
    details = [_fact(name, event.facts[name], words) for name in _TOLD if event.facts.get(name) not in (None, "")]
    title = words.word("event", event.name)
    return Told(event.name, title, event.at, tone, event.by.partition(":")[2] or event.by, details, raw(event.facts))


def _fact(name: str, value: Any, words: DeskWords) -> str:
    if name.endswith("_sen") and isinstance(value, int):
        said = words.amount(value)
        return said if name == "amount_sen" else f"{words(f'fact.{name}')} {said}"
    return words.word("method", str(value)) if name == "method" else str(value)
