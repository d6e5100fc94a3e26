"""The order's history for its buyer, from its events. Events that are no news to a buyer are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerai.domain import money
from gerai.domain.records import OrderView
from gerai.doors.pay import parcel
from gerai.doors.pay.choices import full_title
from gerai.doors.pay.model import PageContext, TimelineEntry
from gerai.doors.pay.money_state import to_wallet
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry


@dataclass(frozen=True)
class _News:
    text: str
    tone: str = "calm"


_NEWS: Final = {
    "order.placed": _News("moment.placed"),
    "payment.started": _News("moment.method_plain"),
    "payment.proof_received": _News("moment.proof", "wait"),
    "payment.failed": _News("moment.payment_failed", "bad"),
    "payment.cancelled": _News("moment.payment_cancelled"),
    "payment.expired": _News("moment.payment_expired"),
    "payment.late": _News("moment.payment_late", "wait"),
    "payment.mismatch": _News("moment.payment_mismatch", "wait"),
    "payment.credited": _News("moment.credited"),
    "payment.refunded": _News("moment.refunded"),
    "refund.sent": _News("moment.refund_sent", "good"),
    "refund.withdrawn": _News("moment.refund_withdrawn"),
    "invoice.paid": _News("moment.paid", "good"),
    "invoice.unpaid": _News("moment.unpaid", "wait"),
    "invoice.conflict": _News("moment.disputed", "wait"),
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
#: A payment that is cancelled because another one of its order was paid.
_SUPERSEDED: Final = _News("moment.payment_superseded")
#: Money that went another way than the order's total.
_WITH_AMOUNT: Final = frozenset(
    {"payment.late", "payment.mismatch", "payment.credited", "payment.refunded", "refund.sent", "refund.withdrawn"}
)
#: All that is told of a way to pay that its payer chose and gave up.
_OF_A_CHOICE: Final = ("payment.started", "payment.cancelled")
#: No news of its own beside another of the same moment: a payment that ends because its order ends, a conflict that is
#: about an amount, and its end with the money.
_SWALLOWED: Final = {
    "payment.expired": ("order.expired",),
    "payment.cancelled": ("order.cancelled",),
    "invoice.conflict": ("payment.mismatch",),
    "invoice.unpaid": ("payment.refunded", "payment.credited"),
}


def moments(
    view: OrderView, events: Sequence[EventEntry], context: PageContext, words: Words
) -> tuple[TimelineEntry, ...]:
    """The news among ``events``, oldest first by the times they report."""
    told = {(event.name, event.at) for event in events}
    # An order that is shipped by a report of its parcel is told by the report.
    left = {event.at for event in events if parcel.is_report(event)}
    forgotten = _changed_minds(events)
    found: list[tuple[datetime, TimelineEntry]] = []
    spoken_of = False
    for event in events:
        # That nothing was received is no news before anything was said of a payment.
        if event.name == "invoice.unpaid" and not spoken_of:
            continue
        if event.name.startswith("invoice."):
            spoken_of = event.name != "invoice.unpaid"
        swallowed = any((other, event.at) in told for other in _SWALLOWED.get(event.name, ()))
        if swallowed or (event.name == "order.shipped" and event.at in left):
            continue
        if event.name in _OF_A_CHOICE and event.facts.get("payment") in forgotten:
            continue
        if event.name in _NEWS:
            paid = ("invoice.paid", event.at) in told
            found.append((event.at, _moment(view, event, context, words, paid_meanwhile=paid)))
        elif event.name.startswith("shipment.") and (step := parcel.news(event, words)) is not None:
            text, detail, tone = step
            at = parcel.reported_at(event)
            found.append((at, TimelineEntry(text, words.short_time(at), at.isoformat(), tone, detail)))
    return tuple(moment for _, moment in sorted(found, key=lambda pair: pair[0]))


def _changed_minds(events: Sequence[EventEntry]) -> set[str]:
    """The payments that were chosen and given up before another one was chosen, and of which there is nothing
    else to say: looking through the ways to pay is no news."""
    of_payment: dict[str, list[str]] = {}
    for event in events:
        if (payment := event.facts.get("payment")) is not None:
            of_payment.setdefault(payment, []).append(event.name)
    last = next((e.facts.get("payment") for e in reversed(events) if e.name == "payment.started"), None)
    return {
        payment
        for payment, names in of_payment.items()
        if payment != last and sorted(name for name in names if name in _NEWS) == sorted(_OF_A_CHOICE)
    }


def _moment(
    view: OrderView, event: EventEntry, context: PageContext, words: Words, *, paid_meanwhile: bool
) -> TimelineEntry:
    news = _SUPERSEDED if paid_meanwhile and event.name == "payment.cancelled" else _NEWS[event.name]
    if to_wallet(event):
        news = _NEWS["payment.credited"]
    text, detail = words(news.text), ""
    payment = next((p for p in view.payments if p.public_id == event.facts.get("payment")), None)
    if payment is not None and event.name == "payment.started":
        text = words("moment.method", method=full_title(context, payment.method, payment.channel_code, words))
    elif payment is not None and event.name in _WITH_AMOUNT:
        detail = money.display(event.facts.get("amount_sen", payment.asked_sen))
    return TimelineEntry(text, words.short_time(event.at), event.at.isoformat(), news.tone, detail)
