"""Shapes of an order's parcel: courier, addresses, warehouse (contract §10)."""

from __future__ import annotations

from typing import Any, Final

from gerai.doors.dialects.scalev.facts import Area, Facts

_NOTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(
        ("courier", "courier_service", "shipment_provider_code", "destination_address", "origin_address", "warehouse")
    ),
    "awb_status": "unavailable",
    "awb_ca_status": "unavailable",
}
#: Other systems' names for a courier or service, which we do not know.
_OTHER_CODES: Final = dict.fromkeys(("code_ka", "code_co", "code_lincah", "code_mengantar", "code_ro"))


def parcel_fields(facts: Facts) -> dict[str, Any]:
    """All null when nothing is sent."""
    parcel, buyer = facts.shipping, facts.customer
    if parcel is None:
        return _NOTHING
    return {
        "courier": parcel.courier_id,
        "courier_service": {
            "id": parcel.service_id,
            "code": parcel.service_code,
            "name": parcel.service_name,
            **_OTHER_CODES,
            "courier": {
                "id": parcel.courier_id,
                "code": parcel.courier_code,
                "name": parcel.courier_name,
                "courier_type": "pickup" if parcel.pickup else "delivery",
                "is_pickup": parcel.pickup,
                **_OTHER_CODES,
            },
        },
        "shipment_provider_code": parcel.aggregator or None,
        "destination_address": {
            "id": None,
            "name": buyer.name,
            "phone": buyer.phone or None,
            **_address(parcel.destination),
        },
        "origin_address": {
            "id": parcel.warehouse_id,
            **_address(parcel.origin),
            "location_id": parcel.origin.location_id,
            "warehouse": parcel.warehouse_id,
        },
        "warehouse": {
            "id": parcel.warehouse_id,
            "unique_id": parcel.warehouse_unique_id,
            "name": parcel.warehouse_name,
            "contact_name": parcel.warehouse_contact_name or None,
            "contact_phone": parcel.warehouse_contact_phone or None,
        },
        "awb_status": "unavailable",
        "awb_ca_status": "unavailable",
    }


def _address(area: Area) -> dict[str, Any]:
    return {
        "address": area.street or None,
        "subdistrict": area.subdistrict,
        "city": area.city,
        "province": area.province,
        "location": area.location_id,
        "postal_code": area.postal_code or None,
    }
