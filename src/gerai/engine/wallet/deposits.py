"""Postings of deposits' money that waits for somebody to decide, and of what becomes of it. What is credited is a
posting of the wallet (``ledger.py``)."""

from __future__ import annotations

from gerai.domain.records import Deposit
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.wallet.transfers import beside_orders


def suspend(state: State, context: Context, deposit: Deposit) -> None:
    """Money that came for it waits in ``suspense``; what its method keeps never comes to us."""
    _move(state, context, deposit, "gateway", "suspense", deposit.ours_sen, "late")


def release(state: State, context: Context, deposit: Deposit) -> None:
    """It waits no more, and is as if it had come just now."""
    _move(state, context, deposit, "suspense", "gateway", deposit.ours_sen, "late_decided")


def return_to_payer(state: State, context: Context, deposit: Deposit, note: str) -> int:
    """What waits goes out, to where it came from. Returns how much."""
    _move(state, context, deposit, "suspense", "gateway", deposit.ours_sen, "refund", note)
    return deposit.ours_sen


def owe_to_payer(state: State, context: Context, deposit: Deposit, note: str) -> int:
    """What waits is owed to its payer until it is sent. Returns how much."""
    _move(state, context, deposit, "suspense", "refunds_owed", deposit.ours_sen, "refund", note)
    return deposit.ours_sen


def _move(
    state: State,
    context: Context,
    deposit: Deposit,
    source: str,
    target: str,
    amount_sen: int,
    reason: str,
    note: str = "",
) -> None:
    of, to = (deposit.merchant_id, deposit.environment), context.system_account(target)
    beside_orders(state, context, of, source, to, amount_sen, reason, note=note, deposit_id=deposit.deposit_id)
