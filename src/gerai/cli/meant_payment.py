"""What the terminal says where it is not clear which payment money was for (``engine/payments/meant.py``)."""

from __future__ import annotations

from typing import NoReturn

from gerai.cli import payment_words
from gerai.cli.terminal import fail
from gerai.domain.records import OrderView
from gerai.engine.payments.meant import Unclear


def leave_unclear(view: OrderView, unclear: Unclear) -> NoReturn:
    """Leave with what can be said instead."""
    price_sen = view.order.total_sen
    match unclear.why:
        case "several":
            fail(payment_words.several_ask([*unclear.payments]))
        case "asked_elsewhere":
            fail(payment_words.asked_elsewhere(unclear.payments[0], price_sen))
        case "asked_more":
            fail(payment_words.asked_more(unclear.payments[0], price_sen))
        case "other_amount":
            fail(payment_words.another_came(unclear.given_sen, unclear.asked_sen))
