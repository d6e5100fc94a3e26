"""Decide about money that came and waits: it is a payment's, or nobody's here."""

from __future__ import annotations

from typing import Literal

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import AmountMismatch, NotFound
from gerai.domain.states import ARRIVAL
from gerai.engine.command import Command, Context, Needs
from gerai.engine.payments.record import RecordPayment
from gerai.engine.state import State


class BookArrival(Command[Arrival], frozen=True, kw_only=True):
    """The money is this payment's, whatever else it might have been: a person (``by``) says so.

    What comes for an order that has its money already is late, and the merchant's rule decides about it.

    Refuses: NotFound, StateConflict (decided already; the payment cannot take it), AmountMismatch.
    """

    arrival_id: int
    order_id: int
    payment_id: int
    by: str

    def needs(self) -> Needs:
        return msgspec.structs.replace(self._payment("").needs(), arrivals=(self.arrival_id,))

    def decide(self, state: State, context: Context) -> Arrival:
        arrival, status = _moved(state, self.merchant_id, self.arrival_id, "book")
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id:
            raise NotFound("payment", str(self.payment_id))
        if payment.asked_sen != arrival.amount_sen:
            raise AmountMismatch(given_sen=arrival.amount_sen, right_sen=payment.asked_sen)
        self._payment(arrival.arrival_key).decide(state, context)
        return state.arrivals.update(
            msgspec.structs.replace(
                arrival, status=status, order_id=self.order_id, payment_id=self.payment_id, decided_by=self.by,
                updated_at=context.now,
            )
        )  # fmt: skip

    def _payment(self, reference: str) -> RecordPayment:
        return RecordPayment(
            merchant_id=self.merchant_id,
            environment=self.environment,
            order_id=self.order_id,
            outcome="paid",
            payment_id=self.payment_id,
            by=self.by,
            reference=reference,
            second=True,
        )


class DismissArrival(Command[Arrival], frozen=True, kw_only=True):
    """The money has nothing to do with any order here: a person (``by``) says so.

    Refuses: NotFound, StateConflict (decided already).
    """

    arrival_id: int
    by: str

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
