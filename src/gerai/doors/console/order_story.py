"""What happened to an order, in words: one sentence for each event, with what it says that a person wants to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def story_of(order: Any, words: DeskWords, method: Callable[[str], str], people: Mapping[str, str]) -> list[Told]:
    """The events of an order, newest first. ``method`` names ways of paying; ``people``: the names that are known, by
    the person's id."""
    return [_told(event, words, method, people) for event in reversed(order.events)]


def _told(event: Any, words: DeskWords, method: Callable[[str], str], people: Mapping[str, str]) -> Told:
    last = event.name.rpartition(".")[2]
    tone = "good" if last in _GOOD else "bad" if last in _BAD else ""
    facts = {name: event.facts[name] for name in _TOLD if event.facts.get(name) not in (None, "")}
    details = [method(str(value)) if name == "method" else _fact(name, value, words) for name, value in facts.items()]
    title = words.word("event", event.name)
    return Told(event.name, title, event.at, tone, _who(event.by, words, people), details, raw(event.facts))


def _fact(name: str, value: Any, words: DeskWords) -> str:
    if not name.endswith("_sen") or not isinstance(value, int):
        return str(value)
    return words.amount(value) if name == "amount_sen" else f"{words(f'fact.{name}')} {words.amount(value)}"


def _who(by: str, words: DeskWords, people: Mapping[str, str]) -> str:
    """Who did it: a person by name where that is known, whoever else by what they are and their id."""
    kind, _, named = by.partition(":")
    if kind == "person":
        return people.get(named) or words("who.person")
    return f"{words.word('who', kind)} {named}" if named else by
