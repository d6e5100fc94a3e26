"""Keep money that came into a seller's account; what is known to be one payment pays it in the same act."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import NotFound
from gerai.domain.states import ARRIVAL
from gerai.engine.command import Command, Context, Needs
from gerai.engine.payments.record import RecordPayment
from gerai.engine.state import State

#: What a payment is that money may still come for.
_MAY_COME: Final = frozenset({"processing", "cancelled", "expired"})
#: What a payment is once money came on it.
_CAME: Final = frozenset({"completed", "late", "refunded"})


class RecordArrival(Command[Arrival], frozen=True, kw_only=True):
    """Keep one line of a bank's list, once: under the same ``arrival_key`` of an account what is kept is returned.

    ``order_id`` and ``payment_id``: the one payment that it can be, as the caller found. It is looked at again here,
    under the order's and the account's lock: it must ask for exactly this amount in this account, and no money may have
    come for its order. Then it is paid as any other (late, too, by the merchant's rule), and the arrival is ``booked``;
    else it is ``waiting`` for a person.

    Refuses: NotFound (no such account), and what :class:`RecordPayment` refuses.
    """

    arrival_id: int
    receiving_id: int
    arrival_key: str
    amount_sen: int
    arrived_at: datetime
    description: str
    source: str
    order_id: int | None = None
    payment_id: int | None = None

    def needs(self) -> Needs:
        payment = _payment(self)
        return msgspec.structs.replace(
            Needs() if payment is None else payment.needs(),
            expected=((self.receiving_id, self.amount_sen, self.amount_sen),),
            arrival_keys=((self.receiving_id, self.arrival_key),),
        )

    def decide(self, state: State, context: Context) -> Arrival:
        for known in state.arrivals.named(self.merchant_id, self.receiving_id, self.arrival_key):
            return known
        # A closed account is one all the same: payers who saw it pay there.
        if state.receiving.get(self.merchant_id, self.receiving_id) is None:
            raise NotFound("receiving account", str(self.receiving_id))
        payment, status, paid = _payment(self), "waiting", (None, None)
        if payment is not None and self._is_it(state):
            payment.decide(state, context)
            status, paid = ARRIVAL.move(status, "book"), (self.order_id, self.payment_id)
        return state.arrivals.insert(
            Arrival(
                self.merchant_id, self.arrival_id, self.receiving_id, self.arrival_key, self.amount_sen,
                self.arrived_at, self.description, self.source, status, *paid, "", context.now, context.now,
            )
        )  # fmt: skip

    def _is_it(self, state: State) -> bool:
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id or payment.status not in _MAY_COME:
            return False
        others = state.payments.named(self.merchant_id, self.order_id)
        asked = (payment.receiving_id, payment.asked_sen)
        return asked == (self.receiving_id, self.amount_sen) and not any(one.status in _CAME for one in others)


def _payment(command: RecordArrival) -> RecordPayment | None:
    if command.order_id is None or command.payment_id is None:
        return None
    return RecordPayment(
        merchant_id=command.merchant_id,
        environment=command.environment,
        order_id=command.order_id,
        outcome="paid",
        payment_id=command.payment_id,
    )
