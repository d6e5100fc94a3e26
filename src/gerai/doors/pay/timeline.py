"""The order's history for its buyer, from its events. Events that are no news to a buyer are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gerai.domain.records import OrderView
from gerai.doors.pay.choices import full_title
from gerai.doors.pay.model import Moment, Surroundings
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry


@dataclass(frozen=True)
class _News:
    text: str
    tone: str = "calm"


_NEWS: Final = {
    "order.placed": _News("moment.placed"),
    "payment.started": _News("moment.method_plain"),
    "payment.failed": _News("moment.payment_failed", "bad"),
    "payment.cancelled": _News("moment.payment_cancelled"),
    "payment.expired": _News("moment.payment_expired"),
    "payment.late": _News("moment.payment_late", "wait"),
    "payment.credited": _News("moment.credited"),
    "payment.refunded": _News("moment.refunded"),
    "invoice.paid": _News("moment.paid", "good"),
    "order.pending": _News("moment.reopened"),
    "order.confirmed": _News("moment.confirmed"),
    "order.processing": _News("moment.processing"),
    "order.ready": _News("moment.ready"),
    "order.shipped": _News("moment.shipped"),
    "order.completed": _News("moment.completed", "good"),
    "order.partial": _News("moment.partial"),
    "order.failed": _News("moment.failed", "bad"),
    "order.expired": _News("moment.expired"),
    "order.cancelled": _News("moment.cancelled"),
    "order.returned": _News("moment.returned"),
    "order.closed": _News("moment.closed"),
}
#: A payment that ends because its order ends is no news of its own.
_SWALLOWED: Final = {"payment.expired": "order.expired", "payment.cancelled": "order.cancelled"}


def moments(
    view: OrderView, events: Sequence[EventEntry], surroundings: Surroundings, words: Words
) -> tuple[Moment, ...]:
    """The news among ``events``, oldest first."""
    told = {(event.name, event.at) for event in events}
    news = [e for e in events if e.name in _NEWS and (_SWALLOWED.get(e.name, ""), e.at) not in told]
    return tuple(_moment(view, event, surroundings, words) for event in news)


def _moment(view: OrderView, event: EventEntry, surroundings: Surroundings, words: Words) -> Moment:
    news = _NEWS[event.name]
    text, started = words(news.text), event.facts.get("payment") if event.name == "payment.started" else None
    for payment in view.payments:
        if payment.public_id == started:
            title = full_title(surroundings, payment.method, payment.channel_code, words)
            text = words("moment.method", method=title)
    return Moment(text=text, when=words.short_time(event.at), iso=event.at.isoformat(), tone=news.tone)
