"""How an order stands right after one of its events: written with the event, read by whoever announces it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

import msgspec

from gerai.domain.payment_status import PaymentStatus, payment_status
from gerai.domain.records import Invoice, Order, OrderView, Payment, Shipment
from gerai.domain.states import ORDER

#: The fact that holds the standing, in every event of an order.
AFTER: Final = "after"
_ORDER: Final = "order."
_INVOICE: Final = "invoice."


class ParcelStanding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changes of a parcel in its life (:class:`gerai.domain.records.Shipment`)."""

    status: str = "planned"
    receipt: str = ""
    aggregator: str = ""
    details: dict[str, Any] = {}


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changes of an order in its life. Kept small, because every event carries it: what equals the default is not
    stored. ``payment`` is the public id of the newest payment that runs or has succeeded; ``parcel`` None while there
    is none."""

    status: str = ""
    payment_status: PaymentStatus = "unpaid"
    payment: str = ""
    charged_sen: int = 0
    refunded_sen: int = 0
    parcel: ParcelStanding | None = None


def newest_payment(payments: Iterable[Payment]) -> Payment | None:
    """The newest payment that runs or has succeeded."""
    alive = (payment for payment in payments if payment.status in ("processing", "completed"))
    return max(alive, key=lambda payment: payment.payment_id, default=None)


def standing_of(
    order: Order, invoice: Invoice | None, payments: Iterable[Payment], shipment: Shipment | None
) -> Standing:
    """How the order stands with these rows around it."""
    payment = newest_payment(payments)
    return Standing(
        order.status,
        payment_status(order, invoice),
        "" if payment is None else payment.public_id,
        order.charged_sen,
        order.refunded_sen,
        None
        if shipment is None
        else ParcelStanding(shipment.status, shipment.receipt, shipment.aggregator, shipment.details),
    )


def as_fact(standing: Standing) -> dict[str, Any]:
    """The standing as an event stores it."""
    fact: dict[str, Any] = msgspec.to_builtins(standing)
    return fact


def standing_after(name: str, facts: Mapping[str, Any]) -> Standing:
    """How the order stood right after the event with this name and these (complete) facts. The event's own name and
    status win: a change may still have been under way when it was written."""
    standing = msgspec.convert(facts[AFTER], Standing)
    status, word = facts.get("status"), name.removeprefix(_INVOICE)
    if name.startswith(_ORDER) and status in ORDER.states:
        standing = msgspec.structs.replace(standing, status=status)
    if name.startswith(_INVOICE) and word in get_args(PaymentStatus):
        standing = msgspec.structs.replace(standing, payment_status=word)
    return standing


def facts_of_older_event(facts: Mapping[str, Any], view: OrderView) -> dict[str, Any]:
    """The facts of an event that was written before events carried the standing: completed with how the order stands
    now, which is the best that is known of it. What the event itself says is kept."""
    now: dict[str, Any] = {
        AFTER: msgspec.to_builtins(standing_of(view.order, view.invoice, view.payments, view.shipment))
    }
    if view.fulfilment is not None:
        now["reference"] = view.fulfilment.reference
    for payment in view.payments:
        if payment.public_id == facts.get("payment"):
            now["refunded_sen"] = max(payment.refunded_sen, facts.get("amount_sen", 0))
    return {**now, **facts}
