"""The state of an order as its buyer sees it: one of a closed set, decided from the states of the rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerai.domain.records import OrderView, Payment
from gerai.doors.http.page_details import PageDetails


@dataclass(frozen=True)
class PageState:
    """``tone`` is the colour family, ``icon`` the drawing; ``final``: nothing more will change by itself."""

    name: str
    tone: str
    icon: str
    final: bool = False


CHOOSE: Final = PageState("choose", "wait", "wallet")
PAY: Final = PageState("pay", "wait", "clock")
#: It waits to be paid, and there is no way to pay it on this page.
NO_METHOD: Final = PageState("no_method", "calm", "warn")
PAID: Final = PageState("paid", "good", "check")
SHIPPED: Final = PageState("shipped", "good", "truck")
SHIPPED_COD: Final = PageState("shipped_cod", "good", "truck")
STUCK: Final = PageState("stuck", "wait", "warn")
RETURNING: Final = PageState("returning", "calm", "back")
WORKING: Final = PageState("working", "wait", "gear")
DONE: Final = PageState("done", "good", "check", final=True)
PARTIAL: Final = PageState("partial", "calm", "half", final=True)
FAILED: Final = PageState("failed", "bad", "cross", final=True)
EXPIRED: Final = PageState("expired", "calm", "clock")
CANCELLED: Final = PageState("cancelled", "calm", "cross", final=True)
REFUNDED: Final = PageState("refunded", "calm", "back", final=True)
RETURNED: Final = PageState("returned", "calm", "back")
LATE: Final = PageState("late", "wait", "clock")
FREE: Final = PageState("free", "good", "check")
COD: Final = PageState("cod", "good", "cash")

PAGE_STATES: Final = (
    *(CHOOSE, NO_METHOD, PAY, PAID, SHIPPED, SHIPPED_COD, STUCK, RETURNING, WORKING, DONE, PARTIAL, FAILED),
    *(EXPIRED, CANCELLED, REFUNDED, RETURNED, LATE, FREE, COD),
)

#: Order states whose page does not depend on how the order is paid.
_BY_STATE: Final = {
    "completed": DONE,
    "closed": DONE,
    "partial": PARTIAL,
    "failed": FAILED,
    "expired": EXPIRED,
    "cancelled": CANCELLED,
    "returned": RETURNED,
}


def running_payment(view: OrderView, now: datetime) -> Payment | None:
    """The payment under way that can still be made, the newest if there are several."""
    running = (p for p in reversed(view.payments) if p.status == "processing")
    return next((p for p in running if p.expires_at is None or p.expires_at > now), None)


def page_state_of(view: OrderView, details: PageDetails, now: datetime) -> PageState:
    """The page state of an order at ``now``.

    An order past its time counts as expired even before the sweep has moved it, so that nobody pays in between.
    """
    order = view.order
    ends = {payment.status for payment in view.payments}
    if "completed" not in ends and "late" in ends:
        return LATE
    if "completed" not in ends and "refunded" in ends:
        return REFUNDED
    if order.status in _BY_STATE:
        return _BY_STATE[order.status]
    if order.status == "shipped":
        return _shipped(view, details)
    if order.funding == "free":
        return COD if _takes_cash(view, details) else FREE
    if order.funding == "hold":
        return WORKING
    if view.invoice is None or view.invoice.status != "pending":
        return PAID
    if order.expires_at is not None and order.expires_at <= now:
        return EXPIRED
    return PAY if running_payment(view, now) else CHOOSE


def _shipped(view: OrderView, details: PageDetails) -> PageState:
    """Out: by where the parcel is, then by who takes the money."""
    parcel = "" if view.shipment is None else view.shipment.status
    if parcel in ("problem", "returning"):
        return STUCK if parcel == "problem" else RETURNING
    return SHIPPED_COD if _takes_cash(view, details) else SHIPPED


def _takes_cash(view: OrderView, details: PageDetails) -> bool:
    """Whether the courier still has to take the money."""
    paid = view.invoice is not None and view.invoice.status == "paid"
    return view.order.funding == "free" and details.cash_on_delivery and not paid
