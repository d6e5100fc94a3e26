"""Add a single district (kecamatan), for every shop of the installation: an act of whoever runs it, at no face of its
own. Many at once come from a file (``gerai locations import``)."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.desk.fields import END, Id, Name, words
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


async def _run(within: Within, given: NewDistrict) -> Done:
    """Refuses InputInvalid: another district has its id."""
    known = within.engine.directory.get(STOREFRONT, within.merchant_id).districts.by_id
    if (other := known.get(given.id)) is not None:
        raise InputInvalid({"id": [f"{given.id} is {other.display} ({other.code})"]})
    place = Place(given.id, given.code, given.district, given.city, given.province, postal_codes=given.postal_codes)
    note(given.id, code=given.code, name=place.display)
    await extend_catalogue(within.engine, within.merchant_id, CatalogueAdditions(districts=[place]))
    return Done(str(given.id))


DISTRICT: Final = Act(
    "districts.add", "catalogue:write", Bilingual("Tambah wilayah", "Add a district"), NewDistrict, _run
)
