"""Add a warehouse."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.fields import Id, Name, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.engine.shipping.nearest import Warehouse
from gerai.kit.bilingual import Bilingual
from gerai.kit.ids import token
from gerai.store import storefront as sql
from gerai.store.lookup_table import add, values_of

Phone = Annotated[str, Meta(max_length=30)]
Address = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
PostalCode = Annotated[str, Meta(pattern=r"^[0-9]{5}$")]


class NewWarehouse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``location_id``: its district, as ``locations.list`` shows it."""

    name: Annotated[Name, words("Nama", "Name", "Gudang Surabaya")]
    address: Annotated[Address, words("Alamat", "Address", "Jl. Raya Wonokromo 1")]
    location_id: Annotated[Id, words("Kecamatan", "District", 6), refers("locations")]
    postal_code: Annotated[PostalCode, words("Kode pos", "Postal code", "60241")]
    contact_name: Annotated[str, Meta(max_length=100), words("Penanggung jawab", "Contact", "Sari")] = ""
    contact_phone: Annotated[Phone, words("Telepon", "Phone", "6231555001")] = ""


async def run(within: Within, given: NewWarehouse) -> Done:
    """Refuses InputInvalid: a district that nobody knows."""
    require_district(within, given.location_id)
    warehouse = Warehouse(
        within.engine.ids.next(), f"warehouse_{token(18)}", given.name, given.contact_name, given.contact_phone,
        given.address, given.location_id, given.postal_code,
    )  # fmt: skip
    async with changing(within.engine, within.merchant_id) as connection:
        await add(connection, sql.WAREHOUSES, within.merchant_id, [values_of(warehouse)])
        note(warehouse.warehouse_id, name=given.name)
    return Done(str(warehouse.warehouse_id), details={"name": given.name, "unique_id": warehouse.unique_id})


def require_district(within: Within, location_id: int) -> None:
    """Refuses InputInvalid: a district that nobody knows."""
    if location_id not in within.engine.directory.get(STOREFRONT, within.merchant_id).districts.by_id:
        raise InputInvalid({"location_id": [f"{location_id} is no district that is known here"]})


ACT = Act("warehouses.add", "catalogue:write", Bilingual("Tambah gudang", "Add a warehouse"), NewWarehouse, run)
