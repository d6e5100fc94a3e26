"""Which payment of an order money was for that somebody saw arrive. Money is never booked by a guess: where nobody was
asked for what came, that is said instead."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.domain.records import OrderView, Payment


class Said(NamedTuple):
    """What somebody said of money: how much it was, if they did, and by which method. ``second``: it is more than came
    already; ``again``: the same may have been said before."""

    amount_sen: int | None
    method: str
    second: bool
    again: bool


class Unclear(NamedTuple):
    """Why nothing is booked. ``other_amount``: ``given_sen`` came where ``asked_sen`` was asked; ``asked_more``: the
    price is said to have come, and the payer was asked for more by the one payment; ``asked_elsewhere``: that payment
    asks for it, which has its money or whose gateway reports it; ``several``: each of these asks for it."""

    why: Literal["other_amount", "asked_more", "asked_elsewhere", "several"]
    given_sen: int
    asked_sen: int
    payments: tuple[Payment, ...] = ()


def meant(view: OrderView, said: Said) -> Payment | Unclear | None:
    """The payment into the seller's own account that asks for what arrived: an open one, else one that ended, for which
    money may come all the same. None: none does, and the order's price came in another way.

    Unclear when another amount came than was asked for, several payments ask for it, or the price came although the
    payer was asked for more and nobody says that it came otherwise (as cash).
    """
    # What a gateway takes, a gateway reports: money beside it is another payment.
    own = [p for p in view.payments if p.receiving_id is not None and said.method in ("", p.method)]
    fit = [p for p in own if said.amount_sen in (None, p.asked_sen)]
    may_come = [p for p in fit if p.status == "processing"]
    if not may_come and said.amount_sen is not None:
        may_come = [p for p in fit if p.status in MAY_COME]
    if len({p.receiving_id for p in may_come}) > 1:
        return Unclear("several", may_come[-1].asked_sen, may_come[-1].asked_sen, tuple(may_come))
    if not may_come and said.again and not said.second:
        may_come = [p for p in fit if p.status == "completed"]
    if not may_come:
        return _price(view, said, own)
    return may_come[-1]


def _price(view: OrderView, said: Said, own: list[Payment]) -> Unclear | None:
    """None where what came is the price, and may have come in another way than the payer was asked for."""
    price_sen, given_sen = view.order.total_sen, said.amount_sen
    others = [p for p in own if p.status in MAY_COME and p.asked_sen != price_sen]
    if given_sen is not None and given_sen != price_sen:
        for payment in reversed(view.payments):
            if payment.asked_sen == given_sen and (payment.status in CAME or payment.contract_id is not None):
                return Unclear("asked_elsewhere", given_sen, price_sen, (payment,))
        return Unclear("other_amount", given_sen, others[-1].asked_sen if others else price_sen)
    settled = any(p.status in CAME for p in view.payments) and not said.second
    if others and not settled and all(p.asked_sen != price_sen for p in own):
        return Unclear("asked_more", price_sen, others[-1].asked_sen, (others[-1],))
    return None
