"""Shapes of an order's parcel: courier, addresses, warehouse, number and where it is (contract §10)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from gerai.domain.records import Order, OrderView, Shipment
from gerai.doors.dialects.scalev.order_details import AgreedShipping, Area, OrderDetails, parcel_details_of
from gerai.doors.dialects.scalev.shipment_states import SHIPMENT_STATUS

_NOTHING: Final[dict[str, Any]] = dict.fromkeys(
    ("courier", "courier_service", "destination_address", "origin_address", "warehouse")
)
#: Integers of JavaScript have 53 bits.
_ADDRESS_ID_BYTES: Final = 6
#: Other systems' names for a courier or service, which we do not know.
_OTHER_CODES: Final = dict.fromkeys(("code_ka", "code_co", "code_lincah", "code_mengantar", "code_ro"))


def parcel_fields(view: OrderView, facts: OrderDetails, business: dict[str, Any]) -> dict[str, Any]:
    """All null when nothing is sent. Every warehouse is the ``business``'s own."""
    parcel, shipment = facts.shipping, view.shipment
    sent = _NOTHING if parcel is None else _agreed(parcel, view, facts, business)
    return {**sent, **_standing(shipment)}


def _address_id(order: Order) -> int:
    """The number of an order's destination: an address belongs to one order here, so it is made of the order's id."""
    return int.from_bytes(blake2b(order.public_id.encode(), digest_size=_ADDRESS_ID_BYTES).digest())


def _agreed(parcel: AgreedShipping, view: OrderView, facts: OrderDetails, business: dict[str, Any]) -> dict[str, Any]:
    """How and between which addresses, as the order froze it."""
    buyer, shipment = facts.customer, view.shipment
    warehouse_id = shipment.warehouse_id if shipment else None
    return {
        "courier": parcel.courier_id,
        "courier_service": {
            "id": parcel.service_id,
            "code": shipment.service if shipment else None,
            "name": parcel.service_name,
            **_OTHER_CODES,
            "courier": {
                "id": parcel.courier_id,
                "code": shipment.courier if shipment else None,
                "name": parcel.courier_name,
                "courier_type": "pickup" if parcel.pickup else "delivery",
                "is_pickup": parcel.pickup,
                **_OTHER_CODES,
            },
        },
        "destination_address": {
            "id": _address_id(view.order),
            "name": buyer.name,
            "phone": buyer.phone or None,
            **_address(parcel.destination),
        },
        "origin_address": {
            "id": warehouse_id,
            **_address(parcel.origin),
            "location_id": parcel.origin.location_id,
            "warehouse": warehouse_id,
        },
        "warehouse": {
            "id": warehouse_id,
            "unique_id": parcel.warehouse_unique_id,
            "name": parcel.warehouse_name,
            "contact_name": parcel.warehouse_contact_name or None,
            "contact_phone": parcel.warehouse_contact_phone or None,
            "business": business,
        },
    }


def _standing(shipment: Shipment | None) -> dict[str, Any]:
    """Number and status; of an order that sends nothing: none."""
    if shipment is None:
        names = ("shipment_provider_code", "shipment_receipt", "shipment_status", "courier_additional_info")
        return {**dict.fromkeys(names), "awb_status": "unavailable", "awb_ca_status": "unavailable"}
    awb, kept = _awb(shipment), parcel_details_of(shipment)
    return {
        "shipment_provider_code": shipment.aggregator or None,
        "shipment_receipt": shipment.receipt or None,
        "shipment_status": SHIPMENT_STATUS[shipment.status],
        "courier_additional_info": kept.courier_note or None,
        "awb_status": awb,
        "awb_ca_status": kept.aggregator_awb or (awb if shipment.aggregator else "unavailable"),
    }


def _awb(shipment: Shipment) -> str:
    """The air waybill: there once the parcel has a number, given up with the parcel."""
    if not shipment.receipt:
        return "unavailable"
    return "canceled" if shipment.status == "cancelled" else "created"


def _address(area: Area) -> dict[str, Any]:
    return {
        "address": area.street or None,
        "subdistrict": area.subdistrict,
        "city": area.city,
        "province": area.province,
        "location": area.location_id,
        "postal_code": area.postal_code or None,
    }
