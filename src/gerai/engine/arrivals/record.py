"""Keep money that came into a seller's account; what is known to be one payment or deposit pays it in the same act."""

from __future__ import annotations

from datetime import datetime, time
from typing import NamedTuple

import msgspec

from gerai.domain.records import Arrival
from gerai.domain.refusals import NotFound
from gerai.domain.states import ARRIVAL
from gerai.engine.arrivals.target import Target
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State
from gerai.kit.clock import jakarta
from gerai.kit.wire import key_of


class Money(NamedTuple):
    """By what money is known when it is reported again. ``at``: None where the sender does not say when it came."""

    key: str
    amount_sen: int
    at: datetime | None

    @property
    def keys(self) -> tuple[str, str]:
        """Under which it may be kept: its own, or, where that was other money's, one that is this money's alone."""
        when = "" if self.at is None else jakarta(self.at).isoformat(timespec="minutes")
        return self.key, key_of(self.key, str(self.amount_sen), when)

    def is_kept_as(self, known: Arrival) -> bool:
        """Whether this is that money. Some lists say the day alone, as its midnight."""
        if known.arrival_key not in self.keys or known.amount_sen != self.amount_sen:
            return False
        if self.at is None:
            return True
        here, there = jakarta(self.at).replace(second=0), jakarta(known.arrived_at).replace(second=0)
        days = time() in (here.time(), there.time())
        return here.date() == there.date() if days else here.replace(microsecond=0) == there.replace(microsecond=0)


class RecordArrival(Command[Arrival], frozen=True, kw_only=True):
    """Keep one line of a bank's list, once: what is kept of the same money under its ``arrival_key`` is returned. Other
    money under that key (another amount, or another time where the sender says when: ``timed``) is kept, too, and waits
    for a person: whoever made the key did not know it apart.

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
    timed: bool = True

    @property
    def money(self) -> Money:
        """What is the same in every report of it."""
        return Money(self.arrival_key, self.amount_sen, self.arrived_at if self.timed else None)

    def needs(self) -> Needs:
        target = self.target
        return msgspec.structs.replace(
            Needs() if target is None else target.paid(self.merchant_id, self.environment).needs(),
            expected=((self.receiving_id, self.amount_sen, self.amount_sen),),
            arrival_keys=tuple((self.receiving_id, key) for key in self.money.keys),
        )

    def decide(self, state: State, context: Context) -> Arrival:
        kept = [state.arrivals.named(self.merchant_id, self.receiving_id, key) for key in self.money.keys]
        for known in (one for of_key in kept for one in of_key):
            if self.money.is_kept_as(known):
                return known
        key = self.money.keys[1 if any(kept) else 0]
        # A closed account is one all the same: payers who saw it pay there.
        if state.receiving.get(self.merchant_id, self.receiving_id) is None:
            raise NotFound("receiving account", str(self.receiving_id))
        arrival = Arrival(
            self.merchant_id, self.arrival_id, self.receiving_id, key, self.amount_sen, self.arrived_at,
            self.description, self.source, "waiting", None, None, "", context.now, context.now,
        )  # fmt: skip
        if self.target is not None and key == self.arrival_key and self._is_it(state, self.target):
            self.target.paid(self.merchant_id, self.environment).decide(state, context)
            booked = ARRIVAL.move(arrival.status, "book")
            arrival = msgspec.structs.replace(arrival, status=booked, **self.target.ids)
        return state.arrivals.insert(arrival)

    def _is_it(self, state: State, target: Target) -> bool:
        asked = target.asked(state, self.merchant_id)
        return asked == (self.receiving_id, self.amount_sen) and target.is_awaited(state, self.merchant_id)
