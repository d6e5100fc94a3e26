"""Cancel a deposit that was started and not paid."""

from __future__ import annotations

from gerai.domain.records import Deposit
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.transitions import locked, move
from gerai.engine.payment_steps import end_at_gateway
from gerai.engine.state import State


class CancelDeposit(Command[Deposit], frozen=True, kw_only=True):
    """One that a gateway takes is cancelled there, too, where it can be: nobody shall pay it.

    Refuses: NotFound, StateConflict (the deposit is not pending any more).
    """

    deposit_id: int
    reason: str = ""

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,))

    def decide(self, state: State, context: Context) -> Deposit:
        deposit = locked(state, self.merchant_id, self.environment, self.deposit_id)
        cancelled = move(state, context, deposit, "cancel", reason=self.reason)
        end_at_gateway(state, cancelled)
        return cancelled
