"""What is printed of an order: its money, what became of it, what to do instead."""

from __future__ import annotations

from typing import Any

from gerai.cli.terminal import fail
from gerai.domain.money import display
from gerai.domain.records import Order, OrderView, Payment
from gerai.domain.refusals import StateConflict


def leave_with_advice(refusal: StateConflict, name: str, order: Order) -> None:
    """Leave with what to do instead, where there is something."""
    total = display(order.total_sen)
    leave_while_in_work(refusal, name)
    match refusal.state, refusal.verb:
        case "paid", "cancel":
            fail(f"{name} is paid; cannot cancel it: gerai payments refund {name} gives its money back")
        case "unpaid", "complete":
            fail(
                f"{total} was never paid: confirm it first (gerai payments confirm {name}), "
                "or give the order away with --unpaid"
            )
        case "unpaid", _:
            fail(f"{total} was never paid, so that nothing can go back: gerai orders cancel {name} ends the order")
        case _, "finish":
            fail(f"order {name} is {refusal.state} already: there is nothing left to finish")
        case _:
            pass


def leave_while_in_work(refusal: StateConflict, name: str) -> None:
    """Leave when the order's money waits for its provider's result; ``name`` is the order's."""
    if refusal.thing == "fulfilment":
        fail(
            f"cannot {refusal.verb} {name}: its provider was asked and has no result yet, so its money waits; "
            f"if you know the result: gerai orders complete {name}, or gerai orders fail {name}"
        )


def became(view: OrderView) -> str:
    """What became of an order, and where its money is."""
    order = view.order
    told = f"{order.number} is {order.status}"
    if order.funding == "hold" or order.refunded_sen:
        told += f": {money_words(order)}"
    if order.refunded_sen and order.funding != "hold":
        told += f"; it is in the wallet of member {order.member_id}"
    elif order.status == "failed" and order.kept_sen:
        told += f": {display(order.kept_sen)} waits to be sent back: gerai payments refund {order.number}"
    elif view.invoice is not None and view.invoice.status == "pending" and order.total_sen:
        told += f": {display(order.total_sen)} was never paid"
    return told


def money_words(order: Order) -> str:
    """What was taken for an order and what went back: of money that was held, what went back had not been taken."""
    taken, back = ("charged", "returned") if order.funding == "hold" else ("paid", "given back")
    return f"{display(order.charged_sen)} {taken}, {display(order.refunded_sen)} {back}"


def fact(key: str, value: Any) -> str:
    """Amounts as everywhere: ``amount=Rp15.000`` of ``amount_sen``."""
    if key.endswith("_sen") and isinstance(value, int) and value >= 0:
        return f"{key.removesuffix('_sen')}={display(value)}"
    return f"{key}={value}"


def leave_unless_payable(refusal: StateConflict, payment: Payment) -> None:
    """Leave with what can be done with late money that pays its order no more."""
    if refusal.verb != "revive":
        return
    why = f"its order is {refusal.state}" if refusal.thing == "order" else "the stock of its order was released"
    fail(
        f"{payment.public_id} cannot pay any more, {why}: gerai payments resolve {payment.public_id} refund (or wallet)"
    )
