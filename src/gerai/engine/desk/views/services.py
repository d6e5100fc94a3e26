"""Services: work that is ordered with data, priced per item."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.services import services_now
from gerai.kit.bilingual import Bilingual


class ServiceFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them, closed ones too."""

    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class ServiceRow(msgspec.Struct, frozen=True):
    """A service. ``type``: the code of its type; ``hours``: on Jakarta's clock, empty: always."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    name: Annotated[str, words("Nama", "Name")]
    type: Annotated[str, words("Jenis", "Type")]
    unit_price_sen: Annotated[int, words("Harga satuan", "Price of one")]
    is_active: Annotated[bool, words("Dibuka", "Open")]
    hours: Annotated[str, words("Jam", "Hours")]
    processing_type: Annotated[str, words("Pengerjaan", "Processing")]
    provider: Annotated[str, words("Penyedia", "Provider")]
    updated_at: Annotated[datetime, words("Diubah", "Changed")]


async def run(within: Within, wanted: ServiceFilter) -> ViewPage:
    """By id."""
    async with within.engine.connection() as connection:
        there = await services_now(connection, within)
    rows = [
        ServiceRow(
            s.service_id, s.code, s.name, there.types[s.type_id].code, s.unit_price_sen, s.is_active,
            "" if s.open_time is None else f"{s.open_time}-{s.close_time}", s.processing_type, s.provider,
            s.updated_at,
        )
        for s in there.page(int(wanted.after or 0), wanted.limit + 1)
    ]  # fmt: skip
    return paged(rows, wanted.limit)


VIEW = View("services.list", "catalogue:read", Bilingual("Layanan", "Services"), ServiceFilter, ServiceRow, run)
