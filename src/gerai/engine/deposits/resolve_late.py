"""Decide about a deposit's money that waits: it arrived late and was held for the operator, or is another amount."""

from __future__ import annotations

from typing import Literal

from gerai.domain.records import Deposit
from gerai.domain.states import DEPOSIT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.find import deposit_now
from gerai.engine.deposits.transitions import credit, give_back, hold, locked, move
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.store.connection import Connection


class ResolveLateDeposit(Command[Deposit], frozen=True, kw_only=True):
    """``accept`` credits the wallet; where another amount came than was asked for, with that. ``refund``: the money is
    returned to its payer outside of us: real money is owed until it was sent, by the gateway that took it, or by a
    person (``FinishRefund``). ``note``: why; kept with the event; ``by``: who decided, kept with the task.

    Refuses: NotFound, StateConflict (the deposit is not late, and no other amount came), AmountOutOfRange (more than
    the wallet can take).
    """

    deposit_id: int
    decision: Literal["accept", "refund"]
    note: str = ""
    by: str = ""

    def identify(self, answer: Deposit) -> Made:
        return Made(deposit_id=self.deposit_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Deposit:
        return await deposit_now(connection, merchant_id, made.deposit_id)

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,), wallets_of_deposits=self.decision == "accept")

    def decide(self, state: State, context: Context) -> Deposit:
        deposit = locked(state, self.merchant_id, self.environment, self.deposit_id)
        came_sen = deposit.came_instead_sen
        if came_sen and DEPOSIT.can(deposit.status, "arrive_late"):
            deposit = move(state, context, deposit, "arrive_late", came_sen=came_sen)
        DEPOSIT.move(deposit.status, self.decision, deposit.public_id)
        # What came to a process of an earlier version does not wait in the books yet.
        deposit = hold(state, context, deposit, came_sen or None)
        if self.decision == "refund":
            return give_back(state, context, deposit, note=self.note, by=self.by)
        return credit(state, context, deposit, "accept", **({"note": self.note} if self.note else {}))
