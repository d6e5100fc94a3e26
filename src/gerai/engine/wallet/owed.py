"""Postings of what is owed to payers, of orders and of top-ups alike: it was sent, or it will not be."""

from __future__ import annotations

from gerai.domain.records import RefundTask, Transfer
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.wallet.transfers import beside_orders, between


def send_to_payer(state: State, context: Context, task: RefundTask, by: str) -> None:
    """What was owed has gone out: ``by`` the ``gateway``, or from the seller's ``bank``."""
    _from_owed(state, context, task, by, "refund_sent", task.reference)


def owe_no_more(state: State, context: Context, task: RefundTask, note: str) -> None:
    """What was owed will not be sent, and is where it was taken from."""
    _from_owed(state, context, task, task.source, "refund_withdrawn", note)


def _from_owed(
    state: State, context: Context, task: RefundTask, target: str, reason: str, note: str
) -> Transfer | None:
    if task.order_id is not None:
        order = state.order(task.merchant_id, task.order_id)
        of = (task.amount_sen, reason, task.payment_id, note)
        return between(state, context, order, "refunds_owed", target, *of)
    of, to = (task.merchant_id, task.environment), context.system_account(target)
    return beside_orders(
        state, context, of, "refunds_owed", to, task.amount_sen, reason, note=note, deposit_id=task.payment_id
    )
