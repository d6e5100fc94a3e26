"""Keep money that came into a seller's account; what is known to be one payment or deposit pays it in the same act."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import NotFound
from gerai.domain.states import ARRIVAL
from gerai.engine.arrivals.target import Target
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State


class RecordArrival(Command[Arrival], frozen=True, kw_only=True):
    """Keep one line of a bank's list, once: under the same ``arrival_key`` of an account what is kept is returned.

    ``target``: the one payment or deposit that it can be, as the caller found. It is looked at again here, under its
    own and the account's lock: it must ask for exactly this amount in this account, and no money may have come for it.
    Then it is paid as any other (late, too, by the merchant's rule), and the arrival is ``booked``; else it is
    ``waiting`` for a person.

    Refuses: NotFound (no such account or target), and what :class:`RecordPayment` or :class:`RecordDeposit` refuses.
    """

    arrival_id: int
    receiving_id: int
    arrival_key: str
    amount_sen: int
    arrived_at: datetime
    description: str
    source: str
    target: Target | None = None

    def needs(self) -> Needs:
        target = self.target
        return msgspec.structs.replace(
            Needs() if target is None else target.paid(self.merchant_id, self.environment).needs(),
            expected=((self.receiving_id, self.amount_sen, self.amount_sen),),
            arrival_keys=((self.receiving_id, self.arrival_key),),
        )

    def decide(self, state: State, context: Context) -> Arrival:
        for known in state.arrivals.named(self.merchant_id, self.receiving_id, self.arrival_key):
            return known
        # A closed account is one all the same: payers who saw it pay there.
        if state.receiving.get(self.merchant_id, self.receiving_id) is None:
            raise NotFound("receiving account", str(self.receiving_id))
        arrival = Arrival(
            self.merchant_id, self.arrival_id, self.receiving_id, self.arrival_key, self.amount_sen, self.arrived_at,
            self.description, self.source, "waiting", None, None, "", context.now, context.now,
        )  # fmt: skip
        if self.target is not None and self._is_it(state, self.target):
            self.target.paid(self.merchant_id, self.environment).decide(state, context)
            booked = ARRIVAL.move(arrival.status, "book")
            arrival = msgspec.structs.replace(arrival, status=booked, **self.target.ids)
        return state.arrivals.insert(arrival)

    def _is_it(self, state: State, target: Target) -> bool:
        asked = target.asked(state, self.merchant_id)
        return asked == (self.receiving_id, self.amount_sen) and target.is_awaited(state, self.merchant_id)
