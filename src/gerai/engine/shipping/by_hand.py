"""A person sends an order off, or says that it has arrived."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.payment_status import payment_status
from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import NothingToShip, StateConflict
from gerai.domain.states import ORDER, SHIPMENT
from gerai.engine.command import Context, Needs
from gerai.engine.orders.order_command import OrderCommand
from gerai.engine.orders.transitions import move_order
from gerai.engine.shipping.record import RecordShipment
from gerai.engine.state import State


class ShipOrder(OrderCommand, frozen=True, kw_only=True):
    """The order leaves, with the courier's number where there is one; an order without a parcel gets one that has just
    left. ``by``: who says so.

    Refuses: NotFound, StateConflict: it cannot be shipped from where it is; its work is a provider's, or its money is
    held.
    """

    by: str
    receipt: str = ""

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        ORDER.move(order.status, "ship", order.public_id)
        if order.provider or order.funding == "hold":
            raise StateConflict("order", order.public_id, order.status, "ship")
        planned = state.shipments.get(self.merchant_id, self.order_id) is not None
        # The number first: whoever is told that it has left is told where to follow it.
        if planned:
            self._number(state, context, order)
        move_order(state, context, self.order(state), "ship", by=self.by)
        if not planned:
            self._number(state, context, order)
        return state.view(self.merchant_id, self.order_id)

    def _number(self, state: State, context: Context, order: Order) -> None:
        RecordShipment(
            merchant_id=self.merchant_id,
            environment=self.environment,
            order_id=self.order_id,
            channel=order.channel,
            receipt=self.receipt,
        ).decide(state, context)


class DeliverOrder(OrderCommand, frozen=True, kw_only=True):
    """The order's parcel has arrived (``at``; None: now): a report like a courier's, which completes the order.

    Refuses as RecordShipment, and StateConflict of a parcel that has arrived already, or never will.
    """

    at: datetime | None = None

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), stock_of_orders=True, parcel_events=True)

    def decide(self, state: State, context: Context) -> OrderView:
        order = self.order(state)
        parcel = state.shipments.get(self.merchant_id, self.order_id)
        if parcel is None:
            raise NothingToShip(order.public_id)
        delivered = SHIPMENT.move(parcel.status, "deliver", order.public_id)
        return RecordShipment(
            merchant_id=self.merchant_id,
            environment=self.environment,
            order_id=self.order_id,
            channel=order.channel,
            words=delivered,
            status=delivered,
            at=self.at,
        ).decide(state, context)


def may_ship(view: OrderView) -> bool:
    """Whether the order, as it was read, could be sent off."""
    order = view.order
    return ORDER.can(order.status, "ship") and not order.provider and order.funding != "hold"


def may_number(view: OrderView) -> bool:
    """Whether its parcel could have a courier's number."""
    parcel = view.shipment
    return parcel is not None and parcel.status != "cancelled" and view.order.funding != "hold"


def may_deliver(view: OrderView) -> bool:
    """Whether its parcel could arrive now, and the order follow it."""
    order, parcel = view.order, view.shipment
    if parcel is None or order.funding == "hold" or not SHIPMENT.can(parcel.status, "deliver"):
        return False
    # One that is paid is confirmed by what arrives.
    waits = order.status in ("draft", "pending") and payment_status(order, view.invoice) in ("paid", "settled")
    return waits or order.status == "shipped" or ORDER.can(order.status, "ship")
