"""Postings of what gateways pay out."""

from __future__ import annotations

from gerai.domain.records import Transfer
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.wallet.transfers import beside_orders


def book_payout(state: State, context: Context, of: tuple[int, str], amount_sen: int, reference: str) -> int | None:
    """Money went from a gateway into the seller's account. Returns the transfer's id; None: nothing moved. ``of``:
    merchant and environment."""
    gateway = context.system_account("gateway")
    return _id(amount_sen and beside_orders(state, context, of, "bank", gateway, amount_sen, "payout", note=reference))


def book_payout_fee(state: State, context: Context, of: tuple[int, str], more_sen: int, reference: str) -> int | None:
    """A gateway kept ``more_sen`` than was booked when payments came, or less than that where it is below zero."""
    source, target = ("fees", "gateway") if more_sen > 0 else ("gateway", "fees")
    to = context.system_account(target)
    moved = more_sen and beside_orders(state, context, of, source, to, abs(more_sen), "payout_fee", note=reference)
    return _id(moved)


def _id(moved: Transfer | int) -> int | None:
    return moved.transfer_id if isinstance(moved, Transfer) else None
