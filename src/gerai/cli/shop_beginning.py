"""What a shop's files hold that the desk has no act for: single districts, and the stock there is at the beginning.
Each is an act of the same kind, over the engine's operation, and is written down like the others."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.count_stock import run as count_stock
from gerai.engine.desk.fields import END, Count, Id, Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import note
from gerai.engine.shipping.places import Place
from gerai.kit.bilingual import Bilingual

_DistrictCode = Annotated[str, Meta(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}" + END)]
_PostalCodes = Annotated[tuple[Annotated[str, Meta(pattern=r"^[0-9]{5}" + END)], ...], Meta(max_length=200)]


class NewDistrict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A district (kecamatan), for every shop of the installation. ``id``: as buyers' programs name it."""

    id: Annotated[Id, words("Nomor wilayah", "District id", 6)]
    code: Annotated[_DistrictCode, words("Kode wilayah", "Region code", "35.78.05")]
    district: Annotated[Name, words("Kecamatan", "District", "Wonokromo")]
    city: Annotated[Name, words("Kota atau kabupaten", "City or regency", "Kota Surabaya")]
    province: Annotated[Name, words("Provinsi", "Province", "Jawa Timur")]
    postal_codes: Annotated[_PostalCodes, words("Kode pos", "Postal codes", ("60241",))] = ()


class OpeningStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many there are at the beginning, and at how few it is time for more."""

    variant_id: Annotated[Id, words("Nomor varian", "Id of the variant")]
    warehouse_id: Annotated[Id, words("Nomor gudang", "Id of the warehouse")]
    on_hand: Annotated[Count, words("Jumlah di gudang", "On hand", 40)]
    low_at: Annotated[Count | None, words("Tanda menipis", "Low-stock mark", 5)] = None


async def _add_district(within: Within, given: NewDistrict) -> Done:
    known = within.engine.directory.get(STOREFRONT, within.merchant_id).districts.by_id
    if (other := known.get(given.id)) is not None:
        raise InputInvalid({"id": [f"{given.id} is {other.display} ({other.code})"]})
    place = Place(given.id, given.code, given.district, given.city, given.province, postal_codes=given.postal_codes)
    note(given.id, code=given.code, name=place.display)
    await extend_catalogue(within.engine, within.merchant_id, CatalogueAdditions(districts=[place]))
    return Done(str(given.id))


async def _open_stock(within: Within, given: OpeningStock) -> Done:
    """The count; the mark is an act of its own."""
    return await count_stock(
        within, StockCount(variant_id=given.variant_id, warehouse_id=given.warehouse_id, on_hand=given.on_hand)
    )


DISTRICT: Final = Act(
    "districts.add", "catalogue:write", Bilingual("Tambah wilayah", "Add a district"), NewDistrict, _add_district
)
STOCK: Final = Act(
    "stock.count", "catalogue:write", Bilingual("Hitung stok", "Count stock"), OpeningStock, _open_stock, reasoned=True
)
