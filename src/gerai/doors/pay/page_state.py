"""The state of an order as its buyer sees it: one of a closed set, decided from the states of the rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerai.domain.records import OrderView, Payment
from gerai.doors.http.page_details import PageDetails
from gerai.doors.http.payable import payment_payable
from gerai.doors.pay.money_state import MoneyState, money_of
from gerai.engine.gateways.record import instructed


@dataclass(frozen=True)
class PageState:
    """``tone`` is the colour family, ``icon`` the drawing; ``ended``: the order came to nothing, so that money that was
    taken for it is to go back; ``final``: nothing more will change by itself, unless money waits for somebody."""

    name: str
    tone: str
    icon: str
    ended: bool = False
    final: bool = False


CHOOSE: Final = PageState("choose", "wait", "wallet")
PAY: Final = PageState("pay", "wait", "clock")
#: The gateway that takes the payment has not answered yet: there is nothing to pay with.
ASKING: Final = PageState("asking", "wait", "clock")
#: Its payer says that they paid, and showed it; the seller has to look.
PROOF: Final = PageState("proof", "wait", "clock")
#: It waits to be paid, and there is no way to pay it on this page.
NO_METHOD: Final = PageState("no_method", "calm", "warn")
#: There are ways, and each of them is closed to this order: its amount is outside what they take.
UNFIT: Final = PageState("unfit", "calm", "warn")
PAID: Final = PageState("paid", "good", "check")
#: The seller goes on with it although no payment is recorded, and none can be made here.
ACCEPTED: Final = PageState("accepted", "good", "check")
SHIPPED: Final = PageState("shipped", "good", "truck")
SHIPPED_COD: Final = PageState("shipped_cod", "good", "truck")
STUCK: Final = PageState("stuck", "wait", "warn")
RETURNING: Final = PageState("returning", "calm", "back")
WORKING: Final = PageState("working", "wait", "gear")
DONE: Final = PageState("done", "good", "check", final=True)
PARTIAL: Final = PageState("partial", "calm", "half", final=True)
FAILED: Final = PageState("failed", "bad", "cross", ended=True, final=True)
EXPIRED: Final = PageState("expired", "calm", "clock", ended=True)
CANCELLED: Final = PageState("cancelled", "calm", "cross", ended=True, final=True)
REFUNDED: Final = PageState("refunded", "calm", "back", ended=True, final=True)
RETURNED: Final = PageState("returned", "calm", "back", ended=True)
LATE: Final = PageState("late", "wait", "clock", ended=True)
#: Another amount came than was asked for, and the seller has to say what becomes of it.
MISMATCH: Final = PageState("mismatch", "wait", "warn", ended=True)
FREE: Final = PageState("free", "good", "check")
COD: Final = PageState("cod", "good", "cash")

PAGE_STATES: Final = (
    *(CHOOSE, NO_METHOD, UNFIT, ASKING, PAY, PROOF, PAID, ACCEPTED, SHIPPED, SHIPPED_COD, STUCK, RETURNING, WORKING),
    *(DONE, PARTIAL, FAILED, EXPIRED, CANCELLED, REFUNDED, RETURNED, LATE, MISMATCH, FREE, COD),
)

#: Order states that show as one page state, unless everything that was paid went back.
_BY_STATUS: Final = {
    "completed": DONE,
    "closed": DONE,
    "partial": PARTIAL,
    "failed": FAILED,
    "cancelled": CANCELLED,
    "returned": RETURNED,
}
#: What an unpaid order looks like by its invoice, when that is not open any more.
_BY_INVOICE: Final = {"expired": EXPIRED, "cancelled": CANCELLED, "refunded": REFUNDED, "paid": PAID}


def running_payment(view: OrderView, now: datetime) -> Payment | None:
    """The payment under way that can still be made, the newest if there are several."""
    return next((payment for payment in reversed(view.payments) if payment_payable(payment, now)), None)


def page_state_of(view: OrderView, details: PageDetails, now: datetime) -> PageState:
    """The page state of an order at ``now``.

    An order past its time counts as expired even before the sweep has moved it, so that nobody pays in between; one
    whose money waits for a decision is not to be paid again.
    """
    order, money = view.order, money_of(view)
    if order.status == "shipped":
        return _shipped(view, details, money)
    if order.status in ("draft", "pending") and order.funding in ("invoice", "wallet"):
        return _unpaid(view, money, now)
    if order.status == "expired":
        return _waits(money) if money.waiting_sen else REFUNDED if money.all_returned else EXPIRED
    if money.all_returned:
        return REFUNDED
    if order.status == "closed" and view.shipment is not None and view.shipment.status == "returned":
        return RETURNED
    if order.status in _BY_STATUS:
        return _BY_STATUS[order.status]
    return _under_way(view, details, money)


def is_final(state: PageState, money: MoneyState) -> bool:
    """Whether the page will not change by itself any more. ``money``: with the order's events, where any went back."""
    return state.final and not (money.waiting_sen or money.owed_sen) and not (state.ended and money.kept_sen)


def takes_cash(view: OrderView, details: PageDetails, money: MoneyState) -> bool:
    """Whether the courier still has to take the money."""
    return view.order.funding == "free" and details.cash_on_delivery and not money.arrived


def _unpaid(view: OrderView, money: MoneyState, now: datetime) -> PageState:
    """It waits for its payment, and an open invoice shows that it may still be paid."""
    invoice, expires_at = view.invoice, view.order.expires_at
    if money.waiting_sen:
        return _waits(money)
    if invoice is None or invoice.status != "pending":
        return ACCEPTED if invoice is None else _BY_INVOICE[invoice.status]
    # By the clock, even before the sweep: nobody shall pay in between.
    if expires_at is not None and expires_at <= now:
        return EXPIRED
    running = running_payment(view, now)
    if running is None:
        return CHOOSE
    return PAY if instructed(running) else ASKING


def _waits(money: MoneyState) -> PageState:
    """Money is there, and somebody has to decide about it: nobody shall pay again."""
    return MISMATCH if money.asked_instead_sen else LATE


def _under_way(view: OrderView, details: PageDetails, money: MoneyState) -> PageState:
    """The seller works on it, paid or not."""
    if view.order.funding == "hold":
        return WORKING
    if money.kept_sen:
        return PAID
    if view.order.funding == "free" and not money.arrived:
        return COD if details.cash_on_delivery else FREE
    return ACCEPTED


def _shipped(view: OrderView, details: PageDetails, money: MoneyState) -> PageState:
    """Out: by where the parcel is, then by who takes the money."""
    parcel = "" if view.shipment is None else view.shipment.status
    if parcel in ("problem", "returning"):
        return STUCK if parcel == "problem" else RETURNING
    return SHIPPED_COD if takes_cash(view, details, money) else SHIPPED
