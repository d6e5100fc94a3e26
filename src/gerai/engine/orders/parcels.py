"""Parcels on the working copy: planned when an order is placed, and moved along with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import Order, Shipment
from gerai.domain.states import SHIPMENT
from gerai.engine.command import Context
from gerai.engine.state import State

#: Before the courier has it.
HERE: Final = frozenset({"planned", "booked"})
#: Where the parcel goes when its order moves; an order that takes another state leaves its parcel where it is.
_FOLLOWS: Final = {
    "shipped": "handed_over",
    "completed": "delivered",
    "partial": "delivered",
    "returned": "returned",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "failed": "cancelled",
}


class Parcel(msgspec.Struct, frozen=True):
    """What must be sent for an order: how, from where, how heavy, and what the courier asks for it."""

    courier: str
    service: str
    aggregator: str
    warehouse_id: int | None
    weight_g: int
    cost_sen: int


#: What is known of a parcel that leaves without having been planned.
_UNPLANNED: Final = Parcel("", "", "", None, 0, 0)


def plan(state: State, context: Context, order: Order, parcel: Parcel) -> Shipment:
    """The order has a parcel to send."""
    return _begin(state, context, order, parcel, "planned", None)


def follow(state: State, context: Context, order: Order) -> None:
    """Take the parcel where its order has gone; nothing when it is there, or further, or when there is none.

    An order that is shipped without a parcel gets one that has just left: what left was sent somehow.
    """
    target = _FOLLOWS.get(order.status)
    if target is None:
        return
    shipment = state.shipments.get(order.merchant_id, order.order_id)
    if shipment is None:
        if order.status == "shipped":
            _begin(state, context, order, _UNPLANNED, target, context.now)
        return
    if shipment.status == target or (order.status == "shipped" and shipment.status not in HERE):
        return
    # Where the table has no way, the target as a verb makes move() refuse it by name.
    verb = SHIPMENT.verb(shipment.status, target) or target
    move(state, context, order, shipment, verb, source="order")


def revive(state: State, context: Context, order: Order) -> None:
    """An expired order came back: its parcel is planned anew, without the number that was given up."""
    shipment = state.shipments.get(order.merchant_id, order.order_id)
    if shipment is not None:
        move(state, context, order, msgspec.structs.replace(shipment, receipt=""), "revive", source="order")


def move(
    state: State,
    context: Context,
    order: Order,
    shipment: Shipment,
    verb: str,
    at: datetime | None = None,
    **facts: Any,
) -> Shipment:
    """Take ``verb`` (StateConflict when the table forbids it), note when it left and arrived, and announce the state.

    ``at`` is when it happened, when that was not now.
    """
    status = SHIPMENT.move(shipment.status, verb, order.public_id)
    when = at or context.now
    left = shipment.shipped_at or (None if status in HERE or status == "cancelled" else when)
    moved = state.shipments.update(
        msgspec.structs.replace(
            shipment,
            status=status,
            updated_at=context.now,
            shipped_at=left,
            delivered_at=when if status == "delivered" else None,
        )
    )
    state.announce(order, f"shipment.{status}", context.now, status=status, was=shipment.status, **facts)
    return moved


def _begin(
    state: State, context: Context, order: Order, parcel: Parcel, status: str, shipped_at: datetime | None
) -> Shipment:
    shipment = state.shipments.insert(
        Shipment(
            merchant_id=order.merchant_id,
            shipment_id=order.order_id,
            environment=order.environment,
            order_id=order.order_id,
            status=status,
            courier=parcel.courier,
            service=parcel.service,
            aggregator=parcel.aggregator,
            warehouse_id=parcel.warehouse_id,
            weight_g=parcel.weight_g,
            cost_sen=parcel.cost_sen,
            receipt="",
            details={},
            created_at=context.now,
            updated_at=context.now,
            reported_at=None,
            shipped_at=shipped_at,
            delivered_at=None,
        )
    )
    state.announce(order, f"shipment.{status}", context.now, status=status)
    return shipment
