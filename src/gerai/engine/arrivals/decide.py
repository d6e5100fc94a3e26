"""Decide about money that came and waits: it is a payment's, a deposit's, or nobody's here."""

from __future__ import annotations

from typing import Literal

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import AmountMismatch, NotFound
from gerai.domain.states import ARRIVAL
from gerai.engine.arrivals.target import Target
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.store import arrivals
from gerai.store.connection import Connection


class _Decision(Command[Arrival], frozen=True, kw_only=True):
    """Base of what a person (``by``) decides about money that came."""

    arrival_id: int
    by: str

    def identify(self, answer: Arrival) -> Made:
        return Made(target=str(self.arrival_id))

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Arrival:
        found = await arrivals.by_id(connection, merchant_id, int(made.target))
        if found is None:
            raise NotFound("arrival", made.target)
        return found


class BookArrival(_Decision, frozen=True, kw_only=True):
    """The money is this payment's or deposit's, whatever else it might have been: a person (``by``) says so.

    What comes for an order that has its money already is late, and the merchant's rule decides about it.

    Refuses: NotFound, StateConflict (decided already; the payment or deposit cannot take it), AmountMismatch,
    AmountOutOfRange (more than the deposit's wallet can take).
    """

    target: Target

    def needs(self) -> Needs:
        paid = self.target.paid(self.merchant_id, self.environment, self.by)
        return msgspec.structs.replace(paid.needs(), arrivals=(self.arrival_id,))

    def decide(self, state: State, context: Context) -> Arrival:
        arrival, status = _moved(state, self.merchant_id, self.arrival_id, "book")
        _, asked_sen = self.target.asked(state, self.merchant_id)
        if asked_sen != arrival.amount_sen:
            raise AmountMismatch(given_sen=arrival.amount_sen, right_sen=asked_sen)
        paid = self.target.paid(self.merchant_id, self.environment, self.by, arrival.arrival_key)
        paid.decide(state, context)
        return state.arrivals.update(
            msgspec.structs.replace(
                arrival, status=status, decided_by=self.by, updated_at=context.now, **self.target.ids
            )
        )


class DismissArrival(_Decision, frozen=True, kw_only=True):
    """The money has nothing to do with any order or deposit here: a person (``by``) says so.

    Refuses: NotFound, StateConflict (decided already).
    """

    def needs(self) -> Needs:
        return Needs(arrivals=(self.arrival_id,))

    def decide(self, state: State, context: Context) -> Arrival:
        arrival, status = _moved(state, self.merchant_id, self.arrival_id, "dismiss")
        return state.arrivals.update(
            msgspec.structs.replace(arrival, status=status, decided_by=self.by, updated_at=context.now)
        )


def _moved(state: State, merchant_id: int, arrival_id: int, verb: Literal["book", "dismiss"]) -> tuple[Arrival, str]:
    arrival = state.arrivals.get(merchant_id, arrival_id)
    if arrival is None:
        raise NotFound("arrival", str(arrival_id))
    return arrival, ARRIVAL.move(arrival.status, verb, str(arrival_id))
