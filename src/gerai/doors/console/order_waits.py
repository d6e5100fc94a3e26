"""Money of an order that waits for a decision: what happened, and where it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gerai.domain.states import PAYMENT
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.registry import acts, views

_ACT: Final = "payments.resolve"
_OTHER_AMOUNT: Final = "payment.mismatch"


@dataclass(frozen=True)
class MoneyWaits:
    """``links``: address and title of where the person may decide it, or see it among all that waits."""

    text: str
    links: list[tuple[str, str]]


def waits_of(desk: AtDesk, words: DeskWords, order: Any) -> list[MoneyWaits]:
    """One for each payment that somebody must decide about: it came late, or another amount came."""
    return [_one(desk, words, order, one) for one in order.payments if PAYMENT.can(one.status, "accept")]


def _one(desk: AtDesk, words: DeskWords, order: Any, payment: Any) -> MoneyWaits:
    told = [event for event in order.events if event.name == _OTHER_AMOUNT and _is_of(event, payment)]
    kind, asked_sen = ("other_amount", payment.asked_sen) if told else ("late_payment", 0)
    text = words(f"waits.{kind}", amount=words.amount(payment.amount_sen), asked=words.amount(asked_sen))
    act, view, links = acts()[_ACT], views()["waiting.list"], list[tuple[str, str]]()
    if desk.may(act.permission):
        links.append((f"{desk.base}/do/{_ACT}?id={payment.id}&back=orders/{order.id}", words.of(act.title)))
    if desk.may(view.permission):
        links.append((f"{desk.base}/waiting?kind={kind}", words.of(view.title)))
    return MoneyWaits(text, links)


def _is_of(event: Any, payment: Any) -> bool:
    return event.facts.get("payment") == payment.public_id
