"""The page's texts about the money: the big figure with its label, and sentences on what becomes of what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerai.domain import money as amounts
from gerai.domain.payment_status import MAY_COME
from gerai.domain.records import OrderView
from gerai.doors.http.page_details import PageDetails
from gerai.doors.pay import page_state
from gerai.doors.pay.model import SumRow
from gerai.doors.pay.money_state import MoneyState
from gerai.doors.pay.page_state import PageState
from gerai.doors.pay.words import Words

PAYABLE: Final = (
    *(page_state.CHOOSE, page_state.ASKING, page_state.PAY, page_state.PROOF, page_state.NO_METHOD),
    page_state.UNFIT,
)
_CHOSEN: Final = (page_state.PAY, page_state.PROOF)
#: A parcel on its way to somebody who pays at the door.
CASH: Final = (page_state.COD, page_state.SHIPPED_COD, page_state.STUCK)
#: The seller went on although nothing is recorded as paid.
_GOES_ON: Final = (
    *(page_state.ACCEPTED, page_state.SHIPPED, page_state.STUCK, page_state.RETURNING, page_state.DONE),
    page_state.PARTIAL,
)
_STRUCK: Final = (page_state.EXPIRED, page_state.CANCELLED, page_state.FAILED)


@dataclass(frozen=True)
class Figure:
    """The big figure. ``label`` is a text key; ``struck``: shown as not owed any more."""

    label: str
    amount_sen: int
    struck: bool = False


def figure(view: OrderView, details: PageDetails, state: PageState, money: MoneyState, now: datetime) -> Figure:
    """What is owed, else what was paid, else what came back, else what the order costs."""
    total_sen = view.order.total_sen
    if state in PAYABLE:
        payment = page_state.running_payment(view, now) if state in _CHOSEN else None
        return Figure("amount.due", total_sen if payment is None else payment.asked_sen)
    if state in CASH and page_state.takes_cash(view, details, money):
        return Figure("amount.cod", total_sen)
    if state is page_state.WORKING:
        return Figure("amount.held", total_sen)
    back = "amount.owed" if money.owed_sen else "amount.sent_back" if money.by_hand_sen else "amount.returned"
    known = (
        ("amount.charged", money.charged_sen),
        ("amount.paid", money.paid_sen),
        ("amount.arrived", money.waiting_sen),
        (back, money.returned_sen),
    )
    return next((Figure(*one) for one in known if one[1]), Figure("amount.total", total_sen, state in _STRUCK))


def remainder(figure: Figure, money: MoneyState, words: Words) -> tuple[SumRow, ...]:
    """What was given back of the big figure, and what remains of it; nothing when nothing was."""
    if figure.label != "amount.paid" or not money.back_sen:
        return ()
    remains_sen = figure.amount_sen - money.back_sen
    return (
        SumRow(words("amount.owed" if money.owed_sen else "amount.back"), f"−{amounts.display(money.back_sen)}"),
        SumRow(words("amount.remains"), amounts.display(remains_sen), strong=True),
    )


def sentences(
    view: OrderView,
    state: PageState,
    money: MoneyState,
    merchant: str,
    words: Words,
    *,
    proved: bool = False,
    shown_before: bool = False,
) -> tuple[str, ...]:
    """What was paid, what came back and what will become of the rest, in the order to be read. ``proved``: the payer
    showed a transfer; ``shown_before``: for another payment than the one that the page asks for."""

    def say(key: str, sen: int = 0) -> str:
        return words(f"money.{key}", amount=amounts.display(sen), merchant=merchant)

    if view.order.funding == "hold":
        return _of_reservation(view, state, money, words)
    found: list[str] = []
    if arrived_sen := money.wallet_sen + money.sent_sen:
        found.append(say("returned", arrived_sen))
    if by_hand_sen := money.owed_sen - money.by_gateway_sen:
        found.append(say("owed", by_hand_sen))
    if money.by_gateway_sen:
        found.append(say("owed_by_gateway", money.by_gateway_sen))
    if money.by_hand_sen:
        found.append(say("sent_back", money.by_hand_sen))
    if money.kept_sen and state.ended:
        found.append(say("rest", money.kept_sen) if money.returned_sen else say("kept", money.paid_sen))
    if money.kept_sen and state is page_state.PARTIAL:
        found.append(say("kept_in_part", money.paid_sen))
    if money.waiting_sen:
        found.append(_waiting(state, money, merchant, words))
    if shown_before:
        found.append(say("shown_before"))
    if not money.arrived and state.ended and (key := _may_be_on_its_way(view, state, proved=proved)):
        found.append(say(key))
    if not money.arrived and state in _GOES_ON and view.order.funding == "invoice":
        found.append(say("unrecorded"))
    return tuple(found)


def _may_be_on_its_way(view: OrderView, state: PageState, *, proved: bool) -> str:
    """The sentence for whoever paid before it ended. Nobody but the seller sees what comes into their own account, and
    a gateway may report hours later what was paid in time."""
    if proved:
        return "proof_waits"
    open_ends = [payment for payment in view.payments if payment.status in MAY_COME]
    if any(payment.receiving_id is not None for payment in open_ends):
        return "sent_already"
    if any(payment.contract_id is not None for payment in open_ends):
        return "sent_to_gateway"
    return "" if state is page_state.EXPIRED else "nothing"


def _waiting(state: PageState, money: MoneyState, merchant: str, words: Words) -> str:
    """The sentence about money that nobody has decided about."""
    if money.kept_sen and not state.ended:
        key = "twice"
    elif state in (page_state.LATE, page_state.MISMATCH):
        key = state.name
    else:
        key = "after_end" if state.ended else "undecided"
    asked = amounts.display(money.asked_instead_sen)
    return words(f"money.{key}", amount=amounts.display(money.waiting_sen), merchant=merchant, asked=asked)


def _of_reservation(view: OrderView, state: PageState, money: MoneyState, words: Words) -> tuple[str, ...]:
    """A wallet reserves the whole amount, is charged for what succeeded, and gets the rest back by the same act."""
    if state is page_state.WORKING:
        return (words("money.held", amount=amounts.display(view.order.total_sen)),)
    if not money.charged_sen:
        return (words("money.not_charged"),)
    if state is page_state.PARTIAL:
        return (words("money.charged_in_part", amount=amounts.display(money.charged_sen)),)
    return ()
