"""Types of services: what an order's data must look like."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.services import services_now
from gerai.kit.bilingual import Bilingual


class TypeFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all are shown."""


class TypeRow(msgspec.Struct, frozen=True):
    """A type. ``services``: how many there are of it."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    name: Annotated[str, words("Nama", "Name")]
    is_active: Annotated[bool, words("Dijual", "Sold")]
    services: Annotated[int, words("Layanan", "Services")]


async def run(within: Within, wanted: TypeFilter) -> ViewPage:
    """By id."""
    async with within.engine.connection() as connection:
        there = await services_now(connection, within)
    used = [service.type_id for service in there.by_id.values()]
    return ViewPage(
        [TypeRow(t.type_id, t.code, t.name, t.is_active, used.count(t.type_id)) for t in there.types.values()]
    )


VIEW = View(
    "service_types.list", "catalogue:read", Bilingual("Jenis layanan", "Types of services"), TypeFilter, TypeRow, run
)
