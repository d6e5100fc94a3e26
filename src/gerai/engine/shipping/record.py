"""Record what a courier or a person reports of a parcel: its number, who books it, where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import msgspec

from gerai.domain.payment_status import payment_status
from gerai.domain.records import Order, OrderView, Shipment
from gerai.domain.refusals import InputInvalid, NotFound, NothingToShip, QuantityOutOfRange, StateConflict
from gerai.domain.states import SHIPMENT
from gerai.engine.command import Context, Needs
from gerai.engine.orders import parcels
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import announce_refund_due, move_order
from gerai.engine.state import State
from gerai.kit.clock import in_reach

#: The zone of a time that says none.
WIB: Final = timezone(timedelta(hours=7), "WIB")
#: Where a report may say that the parcel is. Whether it is still sent at all is the order's to say.
REPORTABLE: Final = frozenset({"booked", "handed_over", "in_transit", "problem", "delivered", "returning", "returned"})
#: Where a parcel's way ends. Such a report outranks the clock of any other: what was delivered is delivered, however
#: slow the reporter's clock is.
FINAL: Final = frozenset({"delivered", "returned"})
#: What is said of one parcel, at most.
REPORTS_AT_MOST: Final = 500
#: What makes two reports the same, besides their time.
_SAID: Final = ("words", "description", "source")


class RecordShipment(OrderCommand, frozen=True, kw_only=True):
    """Record a report on an order's parcel; each part may be left out.

    ``receipt`` is the courier's number: the first one books the parcel, a later one corrects it. ``aggregator`` is who
    books it; ``revise`` makes the details the door keeps with the parcel from now on, from the parcel as it stands
    under its lock (pure). A report has its original ``words``; ``status`` is what they mean (one of
    ``REPORTABLE``, or empty: a note), ``at`` when it happened (None: now), ``source`` who states so.

    A report moves the parcel, and its order with it: shipped when it has left, completed when it is delivered, returned
    when it is back (``refund.due`` when it was paid). A paid order that was put back to ``pending`` or ``draft`` is
    confirmed by it: nothing is waited for any more. Scans get lost, so each report implies the earlier steps: what is
    on its way back, or in trouble, has left. One that is older than the newest (compared to the second, as many clocks
    write; an end of the way is never too old), or that leads nowhere from here, is kept and moves nothing. The same
    report again (one without a time: the same as the last) changes nothing once it took effect; one that did not is
    tried again. ``at`` without an offset is Jakarta's.

    Refuses: NotFound, NothingToShip, InputInvalid: a time that cannot be shown everywhere (``kit.clock.YEARS``),
    QuantityOutOfRange (reports), StateConflict: the order cannot follow the parcel, a cancelled parcel gets no number,
    a held order never moves by report.
    """

    channel: str
    receipt: str = ""
    aggregator: str = ""
    revise: Callable[[Shipment], dict[str, Any]] | None = None
    words: str = ""
    status: str = ""
    description: str = ""
    at: datetime | None = None
    source: str = "manual"

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), stock_of_orders=True, parcel_events=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = state.order(self.merchant_id, self.order_id)
        if (order.environment, order.channel) != (self.environment, self.channel):
            raise NotFound("order", str(self.order_id))
        if self.at is not None and not in_reach(self.at):
            raise InputInvalid({"at": ["there is no such time"]})
        shipment = state.shipments.get(self.merchant_id, self.order_id)
        if shipment is None:
            raise NothingToShip(order.public_id)
        if order.funding == "hold":
            # Held money is captured by the record of what was done; never by the way of a parcel.
            raise StateConflict("order", order.public_id, order.status, "ship")
        shipment = self._amend(state, context, order, shipment)
        if self.words:
            self._report(state, context, order, shipment)
        return state.view(self.merchant_id, self.order_id)

    def _amend(self, state: State, context: Context, order: Order, shipment: Shipment) -> Shipment:
        """Number, booker and the door's details, as far as they are new."""
        asked: dict[str, Any] = {
            "receipt": self.receipt or shipment.receipt,
            "aggregator": self.aggregator or shipment.aggregator,
            "details": shipment.details if self.revise is None else self.revise(shipment),
        }
        new = {name: value for name, value in asked.items() if value != getattr(shipment, name)}
        if not new:
            return shipment
        if shipment.status == "cancelled":
            raise StateConflict("shipment", order.public_id, shipment.status, "book")
        changed = msgspec.structs.replace(shipment, **new)
        _touch(state, context, order)
        told = {name: value for name, value in new.items() if name != "details"}
        if "receipt" in new and SHIPMENT.can(shipment.status, "book"):
            return parcels.move(state, context, order, changed, "book", **told)
        changed = state.shipments.update(msgspec.structs.replace(changed, updated_at=context.now))
        state.announce(order, "shipment.amended", context.now, **told)
        return changed

    def _report(self, state: State, context: Context, order: Order, shipment: Shipment) -> None:
        said: dict[str, Any] = {"words": self.words, "description": self.description, "source": self.source}
        # A clock that runs ahead must not silence the reports after it.
        told_at = None if self.at is None else self.at if self.at.tzinfo is not None else self.at.replace(tzinfo=WIB)
        at = min(told_at or context.now, context.now)
        if told_at is not None:
            said["happened_at"] = told_at.isoformat()
        verb = self._verb(shipment, at)
        if self._repeats(state, order, said, moves=verb is not None):
            return
        _touch(state, context, order)
        if verb is not None or self._counts(shipment, at):
            shipment = msgspec.structs.replace(shipment, reported_at=max(at, shipment.reported_at or at))
        if verb is None:
            state.shipments.update(msgspec.structs.replace(shipment, updated_at=context.now))
            there = {"there": True} if shipment.status == self.status else {}
            state.announce(order, "shipment.noted", context.now, **said, **there)
            return
        # It cannot have arrived before it left.
        when = max(at, shipment.shipped_at or at) if self.status in FINAL else at
        moved = parcels.move(state, context, order, shipment, verb, when, **said)
        _lead(state, context, order, moved)

    def _counts(self, shipment: Shipment, at: datetime) -> bool:
        """Whether the report states where the parcel is, and is not older than what is known."""
        newest = shipment.reported_at
        return self.status in REPORTABLE and (newest is None or _second(at) >= _second(newest))

    def _verb(self, shipment: Shipment, at: datetime) -> str | None:
        """What the report does to the parcel; None when it moves nothing."""
        if self.status not in FINAL and not self._counts(shipment, at):
            return None
        return SHIPMENT.verb(shipment.status, self.status)

    def _repeats(self, state: State, order: Order, said: dict[str, Any], *, moves: bool) -> bool:
        """Whether this was reported before and took effect, or would take none now either. Raises QuantityOutOfRange
        when too much was reported already."""
        before = [event for event in state.parcel_events(order) if "words" in event.facts]
        compared = before if self.at is not None else before[-1:]
        names = (*_SAID, "happened_at") if self.at is not None else _SAID
        for event in compared:
            took_effect = event.name != "shipment.noted" or event.facts.get("there", False)
            if all(event.facts.get(name) == said[name] for name in names) and (took_effect or not moves):
                return True
        if len(before) >= REPORTS_AT_MOST:
            raise QuantityOutOfRange("shipment reports", len(before) + 1, 0, REPORTS_AT_MOST)
        return False


def _second(at: datetime) -> datetime:
    """Reporters cut fractions off."""
    return at.replace(microsecond=0)


def _touch(state: State, context: Context, order: Order) -> None:
    """The order shows its parcel: it has changed too."""
    state.orders.update(msgspec.structs.replace(order, updated_at=context.now))


def _lead(state: State, context: Context, order: Order, shipment: Shipment) -> None:
    """Take the order where its parcel has gone. StateConflict when it cannot follow."""
    if shipment.status in parcels.HERE:
        return
    invoice = state.invoices.get(order.merchant_id, order.order_id)
    if order.status in ("draft", "pending") and payment_status(order, invoice) in ("paid", "settled"):
        # A person put it back after it was paid; what has left was confirmed.
        order = move_order(state, context, order, "confirm")
    if order.status != "shipped":
        order = move_order(state, context, order, "ship")
    if shipment.status == "delivered":
        move_order(state, context, order, "complete")
    elif shipment.status == "returned":
        returned = move_order(state, context, order, "return")
        # A courier's report names nobody.
        announce_refund_due(state, context, returned, by="")
