"""Steps that the deposit operations share: find it, move it, have its money wait, credit its wallet, or give it back.
All on the working copy."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gerai.domain.records import MANUAL, Deposit
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.states import DEPOSIT
from gerai.engine.command import Context
from gerai.engine.payment_steps import owe
from gerai.engine.state import State
from gerai.engine.wallet import deposits as books
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


def hold(state: State, context: Context, deposit: Deposit, came_sen: int | None = None) -> Deposit:
    """Its money came, and waits for somebody to decide: what was asked for, or ``came_sen`` instead. Holding what waits
    already changes nothing."""
    if deposit.held:
        return deposit
    held = state.deposits.update(
        msgspec.structs.replace(deposit, came_sen=came_sen, held_at=context.now, updated_at=context.now)
    )
    books.suspend(state, context, held)
    return held


def disregard(state: State, context: Context, deposit: Deposit) -> Deposit:
    """It was said that another amount came, and after all it was the right one: nothing of it waits any more.
    StateConflict when its gateway has paid out that other amount."""
    if deposit.payout_id is not None:
        raise StateConflict("deposit", deposit.public_id, "settled", "pay")
    if deposit.held:
        books.release(state, context, deposit)
    return state.deposits.update(msgspec.structs.replace(deposit, came_sen=None, held_at=None, updated_at=context.now))


def credit(state: State, context: Context, deposit: Deposit, verb: str, **facts: object) -> Deposit:
    """Take ``verb``, which makes the deposit succeed, and credit its wallet with its amount, by one transfer.

    What was paid comes from ``gateway``, where it has waited elsewhere, too; what an operator gave by hand, the seller
    funds. What was asked beyond amount and fee is booked beside it, by a transfer of its own. One for which another
    amount came is of what came from then on, and that is credited.
    """
    if deposit.held:
        books.release(state, context, deposit)
    if (came_sen := deposit.came_sen) is not None:
        deposit = msgspec.structs.replace(deposit, amount_sen=came_sen, fee_sen=0, pay_sen=came_sen, came_sen=None)
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


def give_back(state: State, context: Context, deposit: Deposit, *, note: str = "", by: str = "") -> Deposit:
    """Money that waits goes back to its payer, whole: real money is owed until it is sent, by its gateway, where one
    took it, or by a person; play money has gone. StateConflict when the deposit is not late."""
    DEPOSIT.move(deposit.status, "refund", deposit.public_id)
    facts: dict[str, object] = {"note": note} if note else {}
    if context.play_money and deposit.contract_id is None:
        amount_sen = books.return_to_payer(state, context, deposit, note)
    else:
        amount_sen = books.owe_to_payer(state, context, deposit, note)
        facts |= owe(state, context, deposit, amount_sen, "suspense", {}, note=note, by=by)
    return move(state, context, deposit, "refund", amount_sen=amount_sen, **facts)
