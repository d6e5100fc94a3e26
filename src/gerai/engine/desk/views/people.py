"""Who works at a shop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import people as sql

_SHOWN: Final = 1000


class PeopleFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few people: all are shown."""


class PersonRow(msgspec.Struct, frozen=True):
    """One of them. ``has_codes``: signs in with one-time codes, too."""

    id: Annotated[Id, words("Nomor", "Id")]
    login: Annotated[str, words("Nama masuk", "Login")]
    name: Annotated[str, words("Nama", "Name")]
    role: Annotated[str, words("Peran", "Role")]
    has_codes: Annotated[bool, words("Kode sekali pakai", "One-time codes")]
    added_at: Annotated[datetime, words("Sejak", "Since")]
    seen_at: Annotated[datetime | None, words("Terakhir aktif", "Last seen")]


async def run(within: Within, wanted: PeopleFilter) -> ViewPage:
    """By login, at most a thousand. Whoever is everywhere is in no shop by name."""
    async with within.engine.connection() as connection:
        found = await sql.of_merchant(connection, within.merchant_id, _SHOWN)
    return ViewPage([PersonRow(*one) for one in found])


VIEW = View("people.list", "people:manage", Bilingual("Orang", "People"), PeopleFilter, PersonRow, run)
