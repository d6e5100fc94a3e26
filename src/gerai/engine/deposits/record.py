"""Record what became of a deposit: paid, failed, or run out. Money that arrives late is never lost, nor twice there."""

from __future__ import annotations

from typing import Literal

import msgspec

from gerai.domain.records import Deposit
from gerai.domain.refusals import StateConflict
from gerai.domain.states import DEPOSIT
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.find import deposit_now
from gerai.engine.deposits.transitions import credit, disregard, hold, locked, move
from gerai.engine.made import Made
from gerai.engine.payment_steps import end_at_gateway
from gerai.engine.payments.record import AT_GATEWAY, Played
from gerai.engine.state import State
from gerai.store.connection import Connection

DepositOutcome = Literal["paid", "failed", "expired"]
_VERB = {"failed": "fail", "expired": "expire"}


class RecordDeposit(Command[Deposit], frozen=True, kw_only=True):
    """Record the outcome of a deposit.

    Paid in time: it succeeds and its wallet is credited. Paid after its time, or after it had ended: it is ``late``,
    and the merchant's setting ``late_payment`` decides: ``accept`` (the default) and ``wallet`` credit the wallet all
    the same, ``hold`` and ``refund`` leave it to the operator, and its money waits in ``suspense``. Where another
    amount waits there already, this says that it was the right one after all. ``provider_reference`` is the gateway's
    or the bank's name for what happened, ``failure`` its reason. ``by``: the person who saw the money arrive; kept as
    an event of its own. ``played``: no money came, a payer is played, who pays ``in_time`` what is open, or ``late``
    what ran out, and nothing else.

    Refuses: NotFound, StateConflict (the deposit cannot take this outcome any more; ``play``: nobody would pay it now;
    it is ``settled``: its gateway has paid out another amount), AmountOutOfRange (more than the wallet can take).
    """

    deposit_id: int
    outcome: DepositOutcome
    provider_reference: str = ""
    failure: dict[str, str] = {}
    played: Played | None = None
    by: str = ""

    def identify(self, answer: Deposit) -> Made:
        return Made(deposit_id=self.deposit_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Deposit:
        return await deposit_now(connection, merchant_id, made.deposit_id)

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,), wallets_of_deposits=self.outcome == "paid")

    def decide(self, state: State, context: Context) -> Deposit:
        deposit = locked(state, self.merchant_id, self.environment, self.deposit_id)
        if self.provider_reference:
            deposit = msgspec.structs.replace(deposit, provider_reference=self.provider_reference)
        # By the clock, whether or not the sweep has come by already.
        over = deposit.expires_at is not None and deposit.expires_at <= context.now
        if self.played is not None:
            _require_playable(deposit, self.played, over=over)
        if self.outcome != "paid":
            facts = {"failure": self.failure} if self.failure else {}
            ended = move(state, context, deposit, _VERB[self.outcome], **facts)
            if self.outcome == "expired":
                end_at_gateway(state, ended, context.now)
            return ended
        if deposit.came_sen is not None:
            deposit = disregard(state, context, deposit)
        if self.by:
            facts = {"by": self.by, "reference": self.provider_reference, "amount_sen": deposit.pay_sen}
            state.announce_deposit(deposit, "deposit.confirmed", context.now, **facts)
        if DEPOSIT.can(deposit.status, "succeed") and not over:
            return credit(state, context, deposit, "succeed")
        late = move(state, context, deposit, "arrive_late")
        if context.settings.late_payment in ("accept", "wallet"):
            return credit(state, context, late, "accept")
        return hold(state, context, late)


def _require_playable(deposit: Deposit, played: Played, *, over: bool) -> None:
    """StateConflict, with how the deposit stands, when nobody would pay it now, or only at its gateway."""
    if deposit.contract_id is not None:
        raise StateConflict("deposit", deposit.public_id, AT_GATEWAY, "play")
    stands = "expired" if over and deposit.status == "pending" else deposit.status
    if stands != ("pending" if played == "in_time" else "expired"):
        raise StateConflict("deposit", deposit.public_id, stands, "play")
