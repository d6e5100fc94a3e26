"""Decide about money that arrived late and was held for the operator."""

from __future__ import annotations

from typing import Literal

from gerai.domain.records import Deposit
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.transitions import credit, locked, move
from gerai.engine.state import State


class ResolveLateDeposit(Command[Deposit], frozen=True, kw_only=True):
    """``accept`` credits the wallet; ``refund`` writes down that the payer got the money back: the ledger never had it.
    ``note``: why; kept with the event.

    Refuses: NotFound, StateConflict (the deposit is not late).
    """

    deposit_id: int
    decision: Literal["accept", "refund"]
    note: str = ""

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,), wallets_of_deposits=self.decision == "accept")

    def decide(self, state: State, context: Context) -> Deposit:
        deposit = locked(state, self.merchant_id, self.environment, self.deposit_id)
        facts = {"note": self.note} if self.note else {}
        if self.decision == "accept":
            return credit(state, context, deposit, "accept", **facts)
        return move(state, context, deposit, "refund", **facts)
