"""Every state of an order has one state on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pay_orders import COD, NOW, payment, sent, view

from gerai.domain.records import OrderView
from gerai.domain.states import ORDER
from gerai.doors.http.page_details import NO_DETAILS, PageDetails
from gerai.doors.pay.page_state import page_state_of


@pytest.mark.parametrize(
    ("order", "state", "details"),
    [
        (view(), "choose", NO_DETAILS),
        (view("draft"), "choose", NO_DETAILS),
        (view(payments=(payment("failed"),)), "choose", NO_DETAILS),
        (view(payments=(payment("cancelled"), payment(payment_id=10))), "pay", NO_DETAILS),
        (view(payments=(payment(expires_at=NOW),)), "choose", NO_DETAILS),
        (view("confirmed", "paid", (payment("completed"),)), "paid", NO_DETAILS),
        (view("processing", "paid", (payment("completed"),)), "paid", NO_DETAILS),
        (view("ready", "paid", (payment("completed"),)), "paid", NO_DETAILS),
        (view("shipped", "paid", (payment("completed"),)), "shipped", NO_DETAILS),
        (sent("handed_over"), "shipped", NO_DETAILS),
        (sent("in_transit"), "shipped", NO_DETAILS),
        (sent("problem"), "stuck", NO_DETAILS),
        (sent("returning"), "returning", NO_DETAILS),
        (sent("returned", "returned"), "returned", NO_DETAILS),
        (sent("delivered", "completed"), "done", NO_DETAILS),
        (view("shipped", None, funding="free"), "shipped_cod", COD),
        (view("shipped", None, funding="free"), "shipped", NO_DETAILS),
        (view("confirmed", "paid", (payment("completed"),), funding="free"), "free", COD),
        (view("completed", "paid", (payment("completed"),)), "done", NO_DETAILS),
        (view("closed", "paid", (payment("completed"),)), "done", NO_DETAILS),
        (view("failed", "paid", (payment("completed"),)), "failed", NO_DETAILS),
        (view("failed", "refunded", (payment("refunded"),)), "refunded", NO_DETAILS),
        (view("expired", "expired", (payment("expired"),)), "expired", NO_DETAILS),
        (view("expired", "expired", (payment("late"),)), "late", NO_DETAILS),
        (view("cancelled", "cancelled"), "cancelled", NO_DETAILS),
        (view("returned", "paid", (payment("completed"),)), "returned", NO_DETAILS),
        (view("processing", None, funding="hold"), "working", NO_DETAILS),
        (view("partial", None, funding="hold"), "partial", NO_DETAILS),
        (view("pending", None, funding="free"), "free", NO_DETAILS),
        (view("pending", None, funding="free"), "cod", COD),
        (view("completed", "paid", (payment("completed"), payment("refunded", payment_id=10))), "done", NO_DETAILS),
    ],
)
def test_each_state_has_its_look(order: OrderView, state: str, details: PageDetails) -> None:
    """Every state a buyer may meet has its own state; a second payment that was given back does not hide the first."""
    assert page_state_of(order, details, NOW).name == state


def test_an_order_past_its_time_is_expired_before_the_sweep() -> None:
    """Nobody may be asked to pay after the deadline, even while the order is still stored as pending."""
    order = view(payments=(payment(expires_at=None),))
    assert order.order.expires_at is not None
    assert page_state_of(order, NO_DETAILS, order.order.expires_at - timedelta(seconds=1)).name == "pay"
    assert page_state_of(order, NO_DETAILS, order.order.expires_at).name == "expired"


def test_no_order_state_is_without_a_look() -> None:
    """A state added to the table must not break the page."""
    for state in sorted(ORDER.states):
        for invoice in ("pending", "paid", None):
            assert page_state_of(view(state, invoice), NO_DETAILS, NOW).tone in {"wait", "good", "bad", "calm"}
