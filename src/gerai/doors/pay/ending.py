"""Why an order ended, in the words of the person who ended it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gerai.doors.pay.names import shown
from gerai.engine.orders.find import EventEntry

_LONGEST: Final = 300
_ENDINGS: Final = frozenset({"order.cancelled", "order.failed", "order.partial"})
#: Our own word for an order that ended because its money went back (``transitions.end_refunded``): no text for people.
_OWN_WORDS: Final = frozenset({"refunded"})


def reason(events: Sequence[EventEntry]) -> str:
    """What the seller gave as the reason of the order's last state, at most 300 letters; empty when he gave none, and
    when nobody but a program ended it."""
    # An order may come back after it ended: only what happened last counts.
    last = next((e for e in reversed(events) if e.name.startswith("order.") and "status" in e.facts), None)
    if last is None or last.name not in _ENDINGS or not last.facts.get("by"):
        return ""
    text = shown(str(last.facts.get("reason") or ""))
    if text in _OWN_WORDS:
        return ""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
