"""Steps that several operations share: an order moves, is paid, or ends unpaid. All on the working copy."""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.records import Fulfilment, Invoice, Order
from gerai.domain.states import FULFILMENT, INVOICE, ORDER
from gerai.engine.command import Context
from gerai.engine.orders import parcels, stock
from gerai.engine.orders.handing_out import hand_out_soon, paid_verb
from gerai.engine.payment_steps import ENDED, end_open_payments, require_result
from gerai.engine.state import Job, State
from gerai.engine.wallet import ledger

FULFIL_TASK = "gerai.fulfil"
FULFIL_QUEUE = "fulfilment"


def move_order(state: State, context: Context, order: Order, verb: str, **facts: object) -> Order:
    """Take ``verb`` (StateConflict when the table forbids it), settle the stock it touches, announce the state, take
    the parcel along, and end open payments where the order ends."""
    status = ORDER.move(order.status, verb, order.public_id)
    # An order done in part has used its goods: which of them, only people know.
    if status in ("shipped", "completed", "partial") and order.status != "shipped":
        stock.consume(state, context, order)
    elif status in ("cancelled", "expired", "failed"):
        stock.release(state, context, order)
    elif order.status == "completed" and status in ("pending", "confirmed"):
        stock.take_in(state, context, order)
    moved = state.orders.update(msgspec.structs.replace(order, status=status, updated_at=context.now))
    state.announce(moved, f"order.{status}", context.now, status=status, was=order.status, **facts)
    parcels.follow(state, context, moved)
    if status == "completed":
        hand_out_soon(state, moved)
    if moved.status in ENDED:
        end_open_payments(state, context, moved)
    return moved


def announce_refund_due(state: State, context: Context, order: Order, by: str) -> None:
    """The order ended undelivered: a person must decide about what was paid and not given back (``refund.due``).
    Nothing when there is nothing of that. ``by``: who ended it; empty when nobody is named."""
    if order.kept_sen:
        # The money stays where it is until then; engine/payments/find.py lists it.
        state.announce(order, "refund.due", context.now, reason=order.status, by=by)


def order_paid(state: State, context: Context, order: Order) -> Order:
    """The order is paid for: it takes its ``after_payment`` verb, and its fulfilment is asked for."""
    moved = move_order(state, context, _charged(state, context, order), paid_verb(order))
    if order.provider:
        request_fulfilment(state, moved, delay_s=None)
    return moved


def charge_whole(state: State, context: Context, order: Order) -> Order:
    """The order is paid for where it stands; its fulfilment is asked for unless it has ended."""
    charged = _charged(state, context, order)
    if order.provider and order.status not in ENDED:
        request_fulfilment(state, charged, delay_s=None)
    return charged


def _charged(state: State, context: Context, order: Order) -> Order:
    hand_out_soon(state, order)
    return state.orders.update(msgspec.structs.replace(order, charged_sen=order.total_sen, updated_at=context.now))


def begin_fulfilment(state: State, context: Context, order: Order, work: dict[str, object]) -> Fulfilment:
    """Write down what the provider will be asked, once the order is paid for."""
    return state.fulfilments.insert(
        Fulfilment(
            merchant_id=order.merchant_id,
            fulfilment_id=order.order_id,
            environment=order.environment,
            order_id=order.order_id,
            provider=order.provider,
            status=next(iter(FULFILMENT.initial)),
            attempts=0,
            request=work,
            reference="",
            succeeded=0,
            failed=0,
            result=None,
            error="",
            created_at=context.now,
            updated_at=context.now,
        )
    )


def request_fulfilment(state: State, order: Order, delay_s: float | None) -> None:
    """Defer the job that asks the provider, in this transaction. One of these jobs of an order runs at a time."""
    args: dict[str, Any] = {"merchant_id": order.merchant_id, "order_id": order.order_id}
    lock = f"order:{order.merchant_id}:{order.order_id}"
    state.jobs.append(Job(FULFIL_QUEUE, FULFIL_TASK, lock, args, delay_s))


def request_inquiry(state: State, order: Order) -> None:
    """Defer a job that inquires at the provider now, in this transaction, beside those that follow each other: the
    next of those may be due in minutes, and its lock would hold this one up. Nothing where one waits or runs."""
    args: dict[str, Any] = {"merchant_id": order.merchant_id, "order_id": order.order_id, "beside": True}
    job = Job(FULFIL_QUEUE, FULFIL_TASK, f"inquiry:{order.merchant_id}:{order.order_id}", args, single=True)
    if job not in state.jobs:
        state.jobs.append(job)


def end_unpaid(state: State, context: Context, order: Order, verb: str, **facts: object) -> Order:
    """Cancel or expire: the hold is returned, open payments and the invoice end with the order. StateConflict also
    while its provider works on it (``require_result``)."""
    require_result(state, order, verb)
    holds = order.funding == "hold" and order.held_transfer_id is not None and order.charged_sen == 0
    if holds and ORDER.can(order.status, verb):
        ledger.resolve_hold(state, context, order, 0)
        order = state.orders.update(msgspec.structs.replace(order, refunded_sen=order.total_sen))
    moved = move_order(state, context, order, verb, **facts)
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    if invoice is not None and INVOICE.can(invoice.status, verb):
        state.invoices.update(msgspec.structs.replace(invoice, status=INVOICE.move(invoice.status, verb)))
    # Not when it expires: late money may bring the order back, with its work still to do.
    if verb == "cancel":
        stop_fulfilment(state, context, moved)
    return moved


def end_refunded(state: State, context: Context, order: Order, **facts: object) -> Order:
    """The money of an order was given back whole: it ends, unless it was delivered or is on its way."""
    # Whichever the table allows: failed once work has begun, else cancelled.
    for verb in ("fail", "cancel"):
        if ORDER.can(order.status, verb):
            order = move_order(state, context, order, verb, reason="refunded", **facts)
            stop_fulfilment(state, context, order)
            break
    return order


def stop_fulfilment(state: State, context: Context, order: Order) -> None:
    """Nobody shall do the work of an order that ended. Work that is done, or unknown, is left as it stands."""
    fulfilment = state.fulfilments.get(order.merchant_id, order.order_id)
    if fulfilment is not None and FULFILMENT.can(fulfilment.status, "cancel"):
        status = FULFILMENT.move(fulfilment.status, "cancel")
        state.fulfilments.update(msgspec.structs.replace(fulfilment, status=status, updated_at=context.now))


def pay_invoice(state: State, context: Context, invoice: Invoice, method: str) -> Invoice:
    """The invoice is paid now, by ``method``."""
    status = INVOICE.move(invoice.status, "pay", invoice.number)
    return state.invoices.update(msgspec.structs.replace(invoice, status=status, method=method, paid_at=context.now))
