"""Shapes of districts, warehouses and courier services (contract §7, §8)."""

from __future__ import annotations

from typing import Any

from gerai.domain.money import whole_rupiah
from gerai.engine.shipping.nearest import Reach, Warehouse
from gerai.engine.shipping.places import Place
from gerai.engine.shipping.quote import CourierService, Quote, Rate


def etd(rate: Rate) -> str:
    """``2-3 hari``."""
    days = str(rate.days_min) if rate.days_min == rate.days_max else f"{rate.days_min}-{rate.days_max}"
    return f"{days} hari"


def location(place: Place) -> dict[str, Any]:
    """A district; "subdistrict" is the contract's word for kecamatan."""
    return {
        "id": place.location_id,
        "subdistrict_name": place.district,
        "city_name": place.city,
        "province_name": place.province,
        "display": place.display,
    }


def postal_code(code: str) -> dict[str, Any]:
    return {"postal_code": code}


def _origin_id(place: Place) -> str:
    """Aggregators name an origin by its regency: 35.78 is 3578."""
    return "".join(place.code.split(".")[:2])


def warehouse_reach(reach: Reach, destination: Place, business: dict[str, Any]) -> dict[str, Any]:
    """A warehouse that can serve the order (§8.1)."""
    house, origin = reach.warehouse, reach.origin
    return {
        "destination": location(destination),
        "distance_km": reach.distance_km,
        "warehouse": {
            "id": house.warehouse_id,
            "unique_id": house.unique_id,
            "name": house.name,
            "business": business,
            "lincah_origin_id": _origin_id(origin),
            "mengantar_origin_id": _origin_id(origin),
            "warehouse_address": {
                "id": house.warehouse_id,
                "address": house.address,
                "city": origin.city,
                "location": origin.location_id,
                "postal_code": house.postal_code,
                "province": origin.province,
                "subdistrict": origin.district,
            },
        },
        "warehouse_partner": None,
    }


def courier_service(service: CourierService) -> dict[str, Any]:
    return {
        "id": service.service_id,
        "code": service.code,
        "name": service.name,
        "courier": {
            "id": service.courier_id,
            "code": service.courier_code,
            "name": service.courier_name,
            "courier_type": service.courier_type,
        },
    }


def quoted_service(quote: Quote, house: Warehouse, origin: Place) -> dict[str, Any]:
    """What a service asks for the parcel (§8.2). ``weight`` is what is charged, in grams."""
    return {
        "cost": whole_rupiah(quote.cost_sen),
        "cost_source": quote.service.aggregator or "self",
        "etd": etd(quote.rate),
        "is_cod": quote.rate.cod,
        "is_pickup": quote.service.pickup,
        "shipment_provider_code": quote.service.aggregator or None,
        "weight": quote.kg * 1000,
        "courier_service": courier_service(quote.service),
        "warehouse": {
            "id": house.warehouse_id,
            "unique_id": house.unique_id,
            "name": house.name,
            "address": house.address,
            "city_name": origin.city,
            "province_name": origin.province,
            "subdistrict_name": origin.district,
            "lincah_origin_id": _origin_id(origin),
            "mengantar_origin_id": _origin_id(origin),
        },
    }


def plain_cost(quote: Quote) -> dict[str, Any]:
    """The shorter answer of ``POST /v3/shipping-costs`` (§8.3)."""
    return {
        "cost": whole_rupiah(quote.cost_sen),
        "cost_source": quote.service.aggregator or "self",
        "courier_service": courier_service(quote.service),
        "etd": etd(quote.rate),
        "weight": quote.kg * 1000,
    }
