"""Change what many orders stand at, by hand: all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from gerai.domain.payment_status import PaymentStatus, payment_status
from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import Conflict, NotFound, StateConflict
from gerai.domain.states import ORDER
from gerai.engine.command import Command, Context, Needs
from gerai.engine.orders.handing_out import paid_verb
from gerai.engine.orders.payment_status import set_payment_status, undo_completion, verb_between
from gerai.engine.orders.transitions import announce_refund_due, end_unpaid, move_order, request_fulfilment
from gerai.engine.orders.waiting import renew_expiry
from gerai.engine.state import State


class ChangeStatus(Command[tuple[OrderView, ...]], frozen=True, kw_only=True):
    """Take every order to ``target`` and its payment to ``payment`` (either may be empty), in one transaction.

    Both at once do what two calls do, and nothing else: money that came in (``paid``, ``settled``) is recorded after
    the order has moved, so that an ended order takes none; money that did not (``unpaid``, ``conflict``) before, so
    that nothing of it waits. An order that is paid moves on by itself (its ``after_payment``), from wherever the table
    lets it; so does a settled one that is among ``completed_by_settling``. What ``paid`` completed in this way is open
    again once it is ``unpaid``. An order that stands at the target is left there.

    ``noted`` goes into the events, as ``by`` does. ``revise`` makes the details and labels that the door keeps with an
    order from now on, from the order as it stands under its lock (pure). ``open_for`` is how long an order waits for
    its money once this change makes it wait; one that is missing waits for ever.

    Refuses: NotFound, StateConflict (a held order never can), each with every order that it is true of. Then no order
    has changed.
    """

    channel: str
    order_ids: tuple[int, ...]
    target: str = ""
    payment: PaymentStatus | None = None
    method: str = "manual"
    by: str = ""
    noted: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    revise: Callable[[Order], tuple[dict[str, Any], dict[str, str]]] | None = None
    completed_by_settling: frozenset[int] = frozenset()
    open_for: dict[int, timedelta] = msgspec.field(default_factory=dict[int, timedelta])

    def needs(self) -> Needs:
        taken_back = self.payment in ("unpaid", "conflict")
        return Needs(orders=self.order_ids, wallets_of_orders=True, stock_of_orders=True, state_events=taken_back)

    def decide(self, state: State, context: Context) -> tuple[OrderView, ...]:
        conflicts: list[Conflict] = []
        for order in self._orders(state):
            try:
                before = state.view(self.merchant_id, order.order_id)
                self._change(state, context, order)
                renew_expiry(state, context, before, self.open_for.get(order.order_id))
            except StateConflict as refused:
                # Whoever asks for many wants to know all that cannot. What has changed here is taken back below.
                conflicts += refused.all
        if conflicts:
            raise StateConflict.of_all(conflicts)
        return tuple(state.view(self.merchant_id, order_id) for order_id in self.order_ids)

    def _orders(self, state: State) -> list[Order]:
        """The orders, as they stand. NotFound, with every one that is not there, or not in this place."""
        rows = [state.orders.get(self.merchant_id, order_id) for order_id in self.order_ids]
        place = (self.environment, self.channel)
        orders = [order for order in rows if order is not None and (order.environment, order.channel) == place]
        known = {order.order_id for order in orders}
        if missing := [str(order_id) for order_id in self.order_ids if order_id not in known]:
            raise NotFound("order", missing[0], tuple(missing[1:]))
        return orders

    @property
    def _facts(self) -> dict[str, Any]:
        """What every event of this change records."""
        return {"by": self.by, "noted": self.noted} if self.noted else {"by": self.by}

    def _change(self, state: State, context: Context, order: Order) -> None:
        if order.funding == "hold":
            # Held money is captured by the record of what was done, or returned by cancelling; never by hand.
            raise StateConflict("order", order.public_id, order.status, self.target or str(self.payment))
        if self.revise is not None:
            details, labels = self.revise(order)
            revised = msgspec.structs.replace(order, details=details, labels=labels, updated_at=context.now)
            order = state.orders.update(revised)
        if self.payment in ("paid", "settled"):
            if self._was_done(state, order):
                return
            order = self._take_to_target(state, context, order)
            self._set_payment(state, context, order, self.payment)
            return
        if self.payment is not None:
            order = self._set_payment(state, context, order, self.payment)
        self._take_to_target(state, context, order)

    def _set_payment(self, state: State, context: Context, order: Order, payment: PaymentStatus) -> Order:
        before = order
        order = set_payment_status(state, context, order, payment, self.method, **self._facts)
        if payment == "unpaid":
            return order if order is before else undo_completion(state, context, order, **self._facts)
        if order.provider and order.charged_sen > before.charged_sen:
            request_fulfilment(state, order, None)
        verb = self._next_verb(order)
        if not verb or not ORDER.can(order.status, verb):
            return order
        return move_order(state, context, order, verb, **self._facts)

    def _was_done(self, state: State, order: Order) -> bool:
        """Whether the order stands where this call, made before, has left it: paid, and moved on from the target."""
        verb = self._next_verb(order)
        moves_on = bool(self.target and verb) and ORDER.can(self.target, verb)
        there = moves_on and ORDER.move(self.target, verb) == order.status
        return there and payment_status(order, state.invoices.get(self.merchant_id, order.order_id)) == self.payment

    def _take_to_target(self, state: State, context: Context, order: Order) -> Order:
        """The order at ``target``; as it is, where there is none or it stands there."""
        if self.target in ("", order.status) or (order.status == "expired" and self.target == "cancelled"):
            return order
        verb = verb_between(order, self.target)
        if verb == "cancel":
            ended = end_unpaid(state, context, order, verb, **self._facts)
        else:
            ended = move_order(state, context, order, verb, **self._facts)
        if verb in ("cancel", "return"):
            announce_refund_due(state, context, ended, self.by)
        return ended

    def _next_verb(self, order: Order) -> str:
        """What an order does by itself once its payment stands at ``payment``; empty: nothing."""
        if self.payment == "paid":
            return paid_verb(order)
        # One that gets codes is completed by them.
        settles = self.payment == "settled" and order.after_payment != "hand_out_settled"
        return "complete" if settles and order.order_id in self.completed_by_settling else ""
