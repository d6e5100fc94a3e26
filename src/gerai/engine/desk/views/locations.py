"""Districts (kecamatan), found by what a person types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.shipping import districts_of
from gerai.engine.shipping.places import Place
from gerai.kit.bilingual import Bilingual


class LocationFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``search``: words of district, city or province, or a code; nothing: all of them."""

    search: Annotated[Annotated[str, Meta(max_length=200)], words("Cari nama atau kode", "Search", "gambir")] = ""
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class LocationRow(msgspec.Struct, frozen=True):
    """A district. ``code``: the official one, of province, regency and district, as rates name it."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    district: Annotated[str, words("Kecamatan", "District")]
    city: Annotated[str, words("Kota/kabupaten", "City")]
    province: Annotated[str, words("Provinsi", "Province")]
    postal_codes: Annotated[tuple[str, ...], words("Kode pos", "Postal codes")]


async def run(within: Within, wanted: LocationFilter) -> ViewPage:
    """The best match first; pages go on after a district that was seen, wherever it stands."""
    districts, search = districts_of(within), wanted.search.strip()
    of_code = bool(search) and search.replace(".", "").isdigit()
    found = _of_code(districts.by_id.values(), search) if of_code else districts.search(search)
    if wanted.after:
        ids = [place.location_id for place in found]
        found = found[ids.index(int(wanted.after)) + 1 :] if int(wanted.after) in ids else []
    shown = [
        LocationRow(one.location_id, one.code, one.district, one.city, one.province, one.postal_codes)
        for one in found[: wanted.limit]
    ]
    return ViewPage(shown, str(shown[-1].id) if len(found) > wanted.limit else "")


def _of_code(places: Iterable[Place], code: str) -> list[Place]:
    return [one for one in places if one.code == code or one.code.startswith(f"{code}.")]


VIEW = View(
    "locations.list", "catalogue:read", Bilingual("Wilayah", "Districts"), LocationFilter, LocationRow, run
)  # fmt: skip
