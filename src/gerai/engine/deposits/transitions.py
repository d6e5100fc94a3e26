"""Steps that the deposit operations share: find it, move it, credit its wallet. All on the working copy."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gerai.domain.records import MANUAL, Deposit
from gerai.domain.refusals import NotFound
from gerai.domain.states import DEPOSIT
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.wallet import ledger


def locked(state: State, merchant_id: int, environment: str, deposit_id: int) -> Deposit:
    """The locked deposit. NotFound when there is none in this environment."""
    found = state.deposits.get(merchant_id, deposit_id)
    if found is None or found.environment != environment:
        raise NotFound("deposit", str(deposit_id))
    return found


def announce_started(state: State, at: datetime, deposit: Deposit) -> None:
    """Write the event that it waits for its payer: as soon as it is known how it is paid."""
    facts = {"status": deposit.status, "method": deposit.method, "amount_sen": deposit.amount_sen}
    state.announce_deposit(deposit, "deposit.started", at, **facts)


def move(state: State, context: Context, deposit: Deposit, verb: str, **facts: object) -> Deposit:
    """Take ``verb`` (StateConflict when the table forbids it) and announce the state."""
    status = DEPOSIT.move(deposit.status, verb, deposit.public_id)
    moved = state.deposits.update(msgspec.structs.replace(deposit, status=status, updated_at=context.now))
    state.announce_deposit(moved, f"deposit.{status}", context.now, status=status, was=deposit.status, **facts)
    return moved


def credit(state: State, context: Context, deposit: Deposit, verb: str, **facts: object) -> Deposit:
    """Take ``verb``, which makes the deposit succeed, and credit its wallet with its amount, by one transfer.

    What was paid comes from ``gateway``; what an operator gave by hand, the seller funds. What was asked beyond amount
    and fee is booked beside it, by a transfer of its own.
    """
    moved = move(state, context, deposit, verb, amount_sen=deposit.amount_sen, **facts)
    wallet = ledger.wallet(state, deposit.merchant_id, deposit.environment, deposit.account_id)
    # Kept apart in the books: a gift costs the seller, money from outside does not.
    source = "funding" if deposit.method == MANUAL else "gateway"
    transfer = ledger.deposit(state, context, wallet, source, deposit.amount_sen, deposit.note)
    matching = ledger.match_deposit(state, context, wallet, deposit.matching_sen)
    return state.deposits.update(
        msgspec.structs.replace(
            moved,
            transfer_id=transfer.transfer_id,
            matching_transfer_id=None if matching is None else matching.transfer_id,
            completed_at=context.now,
        )
    )
