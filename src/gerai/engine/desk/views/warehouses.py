"""Where parcels start."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.fields import Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.shipping.nearest import Warehouse
from gerai.kit.bilingual import Bilingual


class WarehouseFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all are shown."""


class WarehouseRow(msgspec.Struct, frozen=True):
    """One warehouse. ``district``: the name of its place; ``seen``: as it looks now."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    contact_name: Annotated[str, words("Penanggung jawab", "Contact")]
    contact_phone: Annotated[str, words("Telepon", "Phone")]
    address: Annotated[str, words("Alamat", "Address")]
    location_id: Annotated[int, words("Nomor wilayah", "District id")]
    district: Annotated[str, words("Kecamatan", "District")]
    postal_code: Annotated[str, words("Kode pos", "Postal code")]
    seen: Seen


async def run(within: Within, wanted: WarehouseFilter) -> ViewPage:
    """All warehouses, by id."""
    storefront = within.engine.directory.get(STOREFRONT, within.merchant_id)
    places = storefront.districts.by_id
    return ViewPage(
        [
            row_of(warehouse, place.display if (place := places.get(warehouse.location_id)) else "")
            for warehouse in storefront.catalogue.warehouses.values()
        ]
    )


def row_of(warehouse: Warehouse, district: str) -> WarehouseRow:
    """A warehouse as it is seen."""
    return WarehouseRow(
        warehouse.warehouse_id, warehouse.name, warehouse.contact_name, warehouse.contact_phone, warehouse.address,
        warehouse.location_id, district, warehouse.postal_code, seen_of(warehouse),
    )  # fmt: skip


VIEW = View("warehouses.list", "catalogue:read", Bilingual("Gudang", "Warehouses"), WarehouseFilter, WarehouseRow, run)
