"""What went back of an order's money, one row for each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gerai.domain import money as amounts
from gerai.doors.pay.money_state import to_wallet
from gerai.doors.pay.names import shown
from gerai.doors.pay.paper.model import PaperPayment
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry


def refunds(events: Sequence[EventEntry], words: Words) -> Iterator[PaperPayment]:
    """Each refund that was not withdrawn, with where it went and whether it was sent."""
    ended = {e.facts["task"]: e for e in events if e.name in ("refund.sent", "refund.withdrawn") and "task" in e.facts}
    by_gateway = _by_gateway(events)
    for event in events:
        if event.name not in ("payment.refunded", "payment.credited"):
            continue
        task = event.facts.get("task")
        end = None if task is None else ended.get(task)
        if end is not None and end.name == "refund.withdrawn":
            continue
        if to_wallet(event):
            how = "wallet"
        elif task is None:
            how = "by_hand"
        elif end is not None:
            how = "sent"
        else:
            how = "by_gateway" if task in by_gateway else "owed"
        yield PaperPayment(
            at=words.long_time(event.at if end is None else end.at),
            how=words(f"paper.refund.{how}"),
            reference="" if end is None else shown(str(end.facts.get("reference") or "")),
            amount=f"−{amounts.display(event.facts.get('amount_sen', 0))}",
        )


def _by_gateway(events: Sequence[EventEntry]) -> set[int]:
    """The refunds that a gateway is asked to send, as far as they are known."""
    found: set[int] = set()
    for event in events:
        task = event.facts.get("task")
        if task is None:
            continue
        if event.facts.get("sent_by") == "gateway" or event.name == "refund.handed_over":
            found.add(task)
        elif event.name in ("refund.denied", "refund.taken"):
            found.discard(task)
    return found
