"""Which warehouse a parcel should start from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from gerai.engine.shipping.places import Gazetteer, Place, distance_km


class Warehouse(msgspec.Struct, frozen=True):
    """Where parcels start. ``location_id`` is its district."""

    warehouse_id: int
    unique_id: str
    name: str
    contact_name: str
    contact_phone: str
    address: str
    location_id: int
    postal_code: str


class Reach(msgspec.Struct, frozen=True):
    """A warehouse that has everything, and how far it is (None: a coordinate is unknown)."""

    warehouse: Warehouse
    origin: Place
    distance_km: float | None


def nearest(
    warehouses: Iterable[Warehouse],
    destination: Place,
    districts: Gazetteer,
    wanted: Mapping[int, int],
    available: Mapping[tuple[int, int], int],
) -> list[Reach]:
    """Warehouses that have all of ``wanted`` (counted item to quantity), nearest first; unknown distances come last.

    ``available`` is how many of (item, warehouse) can still be promised. A warehouse in an unknown district cannot
    ship. (contracts: Scalev §8.1)
    """
    found: list[Reach] = []
    for warehouse in warehouses:
        origin = districts.by_id.get(warehouse.location_id)
        if origin is None:
            continue
        if all(available.get((item, warehouse.warehouse_id), 0) >= quantity for item, quantity in wanted.items()):
            found.append(Reach(warehouse, origin, distance_km(origin, destination)))
    found.sort(key=lambda r: (math.inf if r.distance_km is None else r.distance_km, r.warehouse.warehouse_id))
    return found
