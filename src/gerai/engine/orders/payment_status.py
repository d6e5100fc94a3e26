"""Steps for money that a person vouches for: marked paid, taken back, disputed, settled. All on the working copy.

An order's invoice is ``paid`` exactly while the money counts as received. What a person adds to that is the order's
``payment_mark``: ``conflict`` (amount or proof does not fit; not counted as received) or ``settled`` (the gateway has
passed the money on). A payment that comes in by itself ends a conflict (engine/payments/arrival.py), and one of another
amount than was asked for begins one (engine/payments/other_amount.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from gerai.domain.payment_status import CAME, PaymentStatus, payment_status
from gerai.domain.records import Event, Invoice, Order, Payment
from gerai.domain.refusals import StateConflict
from gerai.domain.states import INVOICE, ORDER, PAYMENT
from gerai.engine.command import Context
from gerai.engine.orders.handing_out import hand_out_soon
from gerai.engine.orders.transitions import move_order, pay_invoice
from gerai.engine.payment_steps import end_open_payments, new_payment, open_payments, require_result
from gerai.engine.state import State
from gerai.engine.wallet import ledger

#: Where each word may lead. Settled money has left our hands.
MOVES: Final[dict[str, frozenset[str]]] = {
    "unpaid": frozenset({"paid", "conflict"}),
    "paid": frozenset({"unpaid", "conflict", "settled"}),
    "conflict": frozenset({"paid", "unpaid"}),
    "settled": frozenset(),
}
#: Moves that nobody may ask for: :func:`undo_completion` makes them.
_BY_PAYMENT_ALONE: Final = frozenset({("completed", "reopen"), ("completed", "put_back")})


def set_payment_status(
    state: State, context: Context, order: Order, wanted: PaymentStatus, method: str, **facts: object
) -> Order:
    """Take the order's payment to ``wanted``; nothing happens when it is there.

    Refuses StateConflict: a move the table lacks, an order that has ended unpaid, money already refunded, money that
    came and not a person's word alone (``received``), or taken back while a provider that was asked has no result
    (``fulfilment``).
    """
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    word = payment_status(order, invoice)
    if wanted == word:
        return order
    if wanted not in MOVES[word]:
        raise StateConflict("payment", order.public_id, word, wanted)
    if wanted == "paid":
        order = _receive(state, context, order, invoice, method)
    elif word == "paid" and wanted != "settled" and invoice is not None:
        order = _take_back(state, context, order, invoice)
    mark = wanted if wanted in ("conflict", "settled") else ""
    order = state.orders.update(msgspec.structs.replace(order, payment_mark=mark, updated_at=context.now))
    state.announce(order, f"invoice.{wanted}", context.now, invoice=order.number, **facts)
    if wanted in ("paid", "settled"):
        hand_out_soon(state, order)
    return order


def receive_cash(
    state: State, context: Context, order: Order, method: str, fee_sen: int, reference: str, **facts: object
) -> Order:
    """Book what a courier took for the order and has paid out, less ``fee_sen``: it is paid, and settled, because the
    money is the seller's. Refuses StateConflict when the order has ended unpaid."""
    payment_id = context.next_id()
    payment = new_payment(
        order, payment_id, context.now, method=method, public_id=f"{method}-{payment_id}", status="completed",
        merchant_fee_sen=fee_sen, reference=reference,
    )  # fmt: skip
    order = _receive(state, context, order, state.invoices.get(order.merchant_id, order.order_id), method, payment)
    for word, mark in (("paid", ""), ("settled", "settled")):
        order = state.orders.update(msgspec.structs.replace(order, payment_mark=mark, updated_at=context.now))
        state.announce(order, f"invoice.{word}", context.now, invoice=order.number, **facts)
    hand_out_soon(state, order)
    return order


def _receive(
    state: State,
    context: Context,
    order: Order,
    invoice: Invoice | None,
    method: str,
    received: Payment | None = None,
) -> Order:
    """Book the whole amount as paid now: by ``received``; else by the open payment into the seller's own account that
    its payer chose, if there is one, else by one of its own. Open payments end, so that nobody pays twice."""
    if order.status in ("cancelled", "expired", "failed"):
        raise StateConflict("order", order.public_id, order.status, "paid")
    if invoice is None:
        invoice = state.invoices.insert(_invoice(context, order, method))
    payment = _vouched_for(state, context, order, method) if received is None else state.payments.insert(received)
    end_open_payments(state, context, order, "paid")
    pay_invoice(state, context, invoice, payment.method)
    ledger.book_payment(state, context, order, payment.amount_sen, payment.payment_id)
    ledger.book_fees(state, context, order, payment)
    state.announce(order, "payment.completed", context.now, payment=payment.public_id, method=payment.method)
    return state.orders.update(msgspec.structs.replace(order, charged_sen=order.total_sen, updated_at=context.now))


def _vouched_for(state: State, context: Context, order: Order, method: str) -> Payment:
    """The payment that a person means who says that the order is paid, completed."""
    # What a gateway takes, a gateway reports; what comes into the seller's own account, only they can see.
    own = [payment for payment in open_payments(state, order) if payment.receiving_id is not None]
    if len(own) == 1 and method in ("", "manual", own[0].method):
        status = PAYMENT.move(own[0].status, "complete", own[0].public_id)
        return state.payments.update(
            msgspec.structs.replace(own[0], status=status, updated_at=context.now, completed_at=context.now)
        )
    payment_id = context.next_id()
    return state.payments.insert(
        new_payment(order, payment_id, context.now, method=method, public_id=f"manual-{payment_id}", status="completed")
    )


def _take_back(state: State, context: Context, order: Order, invoice: Invoice) -> Order:
    """A person's word was wrong: what it booked is booked out again. Not while a provider works for it."""
    require_result(state, order, "unpaid")
    if not _paid_by_word(state.state_events(order)):
        # What a gateway or a bank reported, or somebody saw there, came. It is given back, never declared away.
        raise StateConflict("payment", order.public_id, "received", "unpaid")
    # Some of it went back already: taking back the whole would book that part twice.
    if order.refunded_sen:
        raise StateConflict("payment", order.public_id, "refunded", "unpaid")
    status = INVOICE.move(invoice.status, "unpay", order.public_id)
    for payment in state.payments_of(order):
        if payment.payout_id is not None:
            # Its gateway has passed it on.
            raise StateConflict("payment", payment.public_id, "settled", "unpaid")
        if PAYMENT.can(payment.status, "take_back"):
            state.payments.update(
                msgspec.structs.replace(
                    payment, status=PAYMENT.move(payment.status, "take_back"), updated_at=context.now
                )
            )
            ledger.return_to_payer(state, context, order, payment.amount_sen, payment.payment_id, "sales")
            ledger.unbook_fees(state, context, order, payment)
    state.invoices.update(msgspec.structs.replace(invoice, status=status, paid_at=None))
    return state.orders.update(msgspec.structs.replace(order, charged_sen=0, updated_at=context.now))


def undo_completion(state: State, context: Context, order: Order, **facts: object) -> Order:
    """The order is paid no more: one that a person's word about its payment had completed is open again, about where it
    stood. Any other is as it is: one that somebody sent, worked on or completed, or for which money came in by itself.
    """
    was = _completed_by_word(state.state_events(order))
    key = (order.merchant_id, order.order_id)
    went_out = state.shipments.get(*key) is not None or state.fulfilments.get(*key) is not None
    real = any(payment.status in CAME for payment in state.payments_of(order))
    if not was or order.status != "completed" or order.after_payment != "complete" or went_out or real:
        return order
    return move_order(state, context, order, "reopen" if was in ("draft", "pending") else "put_back", **facts)


def _paid_by_word(steps: Sequence[Event]) -> bool:
    """Whether nothing but a person's word paid the order, when it last was. What nobody wrote down was money."""
    paid = next((step for step in reversed(steps) if step.name == "invoice.paid"), None)
    return paid is not None and _is_word(paid)


def _is_word(paid: Event) -> bool:
    """What a person marks has their name, or an empty one; what a gateway or a bank reports has no such fact."""
    return "by" in paid.facts


def _completed_by_word(steps: Sequence[Event]) -> str:
    """The state that the order's last completion led away from, when it is part of a change by which a person marked it
    paid; else empty. ``steps``: what became of order and payment, oldest first."""
    last = max((n for n, step in enumerate(steps) if step.name == "order.completed"), default=0)
    if not last:
        return ""
    paid, completed = steps[last - 1], steps[last]
    by_word = paid.name == "invoice.paid" and _is_word(paid) and paid.created_at == completed.created_at
    return completed.facts["was"] if by_word else ""


def verb_between(order: Order, target: str) -> str:
    """The verb that takes an order to a state a person names. StateConflict when there is none."""
    verb = ORDER.verb(order.status, target)
    if verb is None or (order.status, verb) in _BY_PAYMENT_ALONE:
        raise StateConflict("order", order.public_id, order.status, target)
    return verb


def _invoice(context: Context, order: Order, method: str) -> Invoice:
    """An order that nobody collected for is invoiced when its money turns up."""
    return Invoice(
        merchant_id=order.merchant_id,
        invoice_id=order.order_id,
        environment=order.environment,
        order_id=order.order_id,
        number=order.number,
        status="pending",
        amount_sen=order.total_sen,
        method=method,
        due_at=None,
        paid_at=None,
        created_at=context.now,
    )
