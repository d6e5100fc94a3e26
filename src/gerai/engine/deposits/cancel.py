"""Cancel a deposit that was started and not paid."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.records import Deposit
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.transitions import locked, move
from gerai.engine.payment_steps import end_at_gateway
from gerai.engine.state import State

#: Beside a deposit's instructions: code and secret of the one that is to be paid instead.
INSTEAD: Final = "instead"


class CancelDeposit(Command[Deposit], frozen=True, kw_only=True):
    """One that a gateway takes is cancelled there, too, where it can be: nobody shall pay it. ``instead``: code and
    secret of the deposit that is to be paid in its place, where its page leads from then on.

    Refuses: NotFound, StateConflict (the deposit is not pending any more).
    """

    deposit_id: int
    reason: str = ""
    instead: tuple[str, str] | None = None

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,))

    def decide(self, state: State, context: Context) -> Deposit:
        deposit = locked(state, self.merchant_id, self.environment, self.deposit_id)
        cancelled = move(state, context, deposit, "cancel", reason=self.reason)
        if self.instead is not None:
            instructions = cancelled.instructions | {INSTEAD: list(self.instead)}
            cancelled = state.deposits.update(msgspec.structs.replace(cancelled, instructions=instructions))
        end_at_gateway(state, cancelled)
        return cancelled
