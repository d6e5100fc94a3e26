"""What was paid for an order and what became of it, from its payments and charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gerai.domain.records import OrderView, Payment
from gerai.engine.orders.find import EventEntry


@dataclass(frozen=True)
class MoneyState:
    """Amounts in sen. ``paid_sen``: counted as paid, with the payer's fees; ``kept_sen``: what could still be given
    back of it; ``back_sen``: given back of it; ``returned_sen``: given back in all, ``wallet_sen`` of it into a wallet,
    where it has arrived; the rest is sent, by the seller's hand or by the gateway that took it: ``owed_sen`` of that is
    still to be sent (``by_gateway_sen`` by a gateway), ``sent_sen`` was, and of anything else nobody wrote down whether
    it was; ``waiting_sen``: arrived too late, a second time, or of another amount than was asked for
    (``asked_instead_sen``), undecided yet; ``charged_sen``: taken from a wallet that had reserved it."""

    paid_sen: int
    kept_sen: int
    back_sen: int
    returned_sen: int
    wallet_sen: int
    owed_sen: int
    by_gateway_sen: int
    sent_sen: int
    waiting_sen: int
    asked_instead_sen: int
    charged_sen: int

    @property
    def arrived(self) -> bool:
        """Whether money was taken at all, wherever it is now."""
        return bool(self.paid_sen or self.returned_sen or self.waiting_sen or self.charged_sen)

    @property
    def by_hand_sen(self) -> int:
        """Given back by the seller's own hand, without a word on whether it was sent."""
        return self.returned_sen - self.wallet_sen - self.owed_sen - self.sent_sen

    @property
    def all_returned(self) -> bool:
        """Whether everything that was taken went back."""
        return bool(self.returned_sen) and not (self.kept_sen or self.waiting_sen)


def to_wallet(event: EventEntry) -> bool:
    """Whether the event gives money back into a wallet."""
    return event.name == "payment.credited" or (event.name == "payment.refunded" and event.facts.get("to") == "wallet")


def money_of(view: OrderView, events: Sequence[EventEntry] = ()) -> MoneyState:
    """The money of an order. Its payments say it all, but for a reservation, which is charged without one, and for the
    way that money went back (``events``)."""
    completed = [p for p in view.payments if p.status == "completed"]
    waiting = [p for p in view.payments if p.status == "late"]
    owed_sen, by_gateway_sen, sent_sen = _by_task(events)
    return MoneyState(
        paid_sen=sum(p.asked_sen for p in completed),
        kept_sen=sum(p.amount_sen - p.refunded_sen for p in completed),
        back_sen=sum(p.refunded_sen for p in completed),
        returned_sen=sum(p.refunded_sen for p in view.payments),
        wallet_sen=sum(_wallet_sen(p, events) for p in view.payments),
        owed_sen=owed_sen,
        by_gateway_sen=by_gateway_sen,
        sent_sen=sent_sen,
        waiting_sen=sum(p.asked_sen for p in waiting),
        asked_instead_sen=next((p.asked_instead_sen for p in waiting if p.asked_instead_sen), 0),
        charged_sen=view.order.charged_sen if view.order.funding == "hold" else 0,
    )


def _wallet_sen(payment: Payment, events: Sequence[EventEntry]) -> int:
    """How much of a payment went back into a wallet. What a wallet paid always does."""
    if payment.method == "wallet":
        return payment.refunded_sen
    credited = (e for e in events if to_wallet(e) and e.facts.get("payment") == payment.public_id)
    return min(payment.refunded_sen, sum(e.facts.get("amount_sen", 0) for e in credited))


def _by_task(events: Sequence[EventEntry]) -> tuple[int, int, int]:
    """How much of what went back is still to be sent, how much of that by a gateway, and how much was sent."""
    owed: dict[int, int] = {}
    by_gateway: set[int] = set()
    sent_sen = 0
    for event in events:
        task, amount_sen = event.facts.get("task"), event.facts.get("amount_sen", 0)
        if task is None:
            continue
        match event.name:
            case "payment.refunded":
                owed[task] = amount_sen
                if event.facts.get("sent_by") == "gateway":
                    by_gateway.add(task)
            case "refund.handed_over":
                by_gateway.add(task)
            case "refund.denied" | "refund.taken":
                by_gateway.discard(task)
            case "refund.sent" if owed.pop(task, 0):
                sent_sen += amount_sen
            case "refund.withdrawn":
                owed.pop(task, 0)
            case _:
                pass
    return sum(owed.values()), sum(owed_sen for task, owed_sen in owed.items() if task in by_gateway), sent_sen
