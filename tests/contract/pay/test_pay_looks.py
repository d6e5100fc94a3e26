"""Every state of an order has one look on its page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pay_orders import NOW, payment, sent, view

from gerai.domain.records import OrderView
from gerai.domain.states import ORDER
from gerai.doors.pay.page_state import page_state_of


@pytest.mark.parametrize(
    ("order", "look"),
    [
        (view(), "choose"),
        (view("draft"), "choose"),
        (view(payments=(payment("failed"),)), "choose"),
        (view(payments=(payment("cancelled"), payment(payment_id=10))), "pay"),
        (view(payments=(payment(expires_at=NOW),)), "choose"),
        (view("confirmed", "paid", (payment("completed"),)), "paid"),
        (view("processing", "paid", (payment("completed"),)), "paid"),
        (view("ready", "paid", (payment("completed"),)), "paid"),
        (view("shipped", "paid", (payment("completed"),)), "shipped"),
        (sent("handed_over"), "shipped"),
        (sent("in_transit"), "shipped"),
        (sent("problem"), "stuck"),
        (sent("returning"), "returning"),
        (sent("returned", "returned"), "returned"),
        (sent("delivered", "completed"), "done"),
        (view("shipped", None, details={"method": "cod"}, funding="free"), "shipped_cod"),
        (view("shipped", None, details={"method": "marketplace"}, funding="free"), "shipped"),
        (view("confirmed", "paid", (payment("completed"),), {"method": "cod"}, funding="free"), "free"),
        (view("completed", "paid", (payment("completed"),)), "done"),
        (view("closed", "paid", (payment("completed"),)), "done"),
        (view("failed", "paid", (payment("completed"),)), "failed"),
        (view("failed", "refunded", (payment("refunded"),)), "refunded"),
        (view("expired", "expired", (payment("expired"),)), "expired"),
        (view("expired", "expired", (payment("late"),)), "late"),
        (view("cancelled", "cancelled"), "cancelled"),
        (view("returned", "paid", (payment("completed"),)), "returned"),
        (view("processing", None, funding="hold"), "working"),
        (view("partial", None, funding="hold"), "partial"),
        (view("pending", None, funding="free"), "free"),
        (view("pending", None, details={"method": "cod"}, funding="free"), "cod"),
        (view("completed", "paid", (payment("completed"), payment("refunded", payment_id=10))), "done"),
    ],
)
def test_each_state_has_its_look(order: OrderView, look: str) -> None:
    """Every state a buyer may meet has its own look; a second payment that was given back does not hide the first."""
    assert page_state_of(order, NOW).name == look


def test_an_order_past_its_time_is_expired_before_the_sweep() -> None:
    """Nobody may be asked to pay after the deadline, even while the order is still stored as pending."""
    order = view(payments=(payment(expires_at=None),))
    assert order.order.expires_at is not None
    assert page_state_of(order, order.order.expires_at - timedelta(seconds=1)).name == "pay"
    assert page_state_of(order, order.order.expires_at).name == "expired"


def test_no_order_state_is_without_a_look() -> None:
    """A state added to the table must not break the page."""
    for state in sorted(ORDER.states):
        for invoice in ("pending", "paid", None):
            assert page_state_of(view(state, invoice), NOW).tone in {"wait", "good", "bad", "calm"}
