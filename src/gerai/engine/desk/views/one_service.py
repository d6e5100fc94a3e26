"""One service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import ById, Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.services import services_now
from gerai.kit.bilingual import Bilingual


class ServiceShown(msgspec.Struct, frozen=True):
    """A service. ``open_time`` and ``close_time``: on Jakarta's clock, None: always open; ``provider_settings``: its
    provider's; ``deadline_ms``: how long an order's request waits for an automatic one."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    name: Annotated[str, words("Nama", "Name")]
    description: Annotated[str, words("Keterangan", "Description")]
    type_id: Annotated[int, words("Nomor jenis", "Type id")]
    unit_price_sen: Annotated[int, words("Harga satuan", "Price of one")]
    min_items: Annotated[int, words("Paling sedikit", "At least")]
    max_items: Annotated[int, words("Paling banyak", "At most")]
    is_active: Annotated[bool, words("Dibuka", "Open")]
    open_time: Annotated[str | None, words("Buka", "Opens")]
    close_time: Annotated[str | None, words("Tutup", "Closes")]
    processing_type: Annotated[str, words("Pengerjaan", "Processing")]
    provider: Annotated[str, words("Penyedia", "Provider")]
    provider_settings: Annotated[dict[str, Any], words("Pengaturan penyedia", "Provider's settings")]
    deadline_ms: Annotated[int, words("Batas tunggu (milidetik)", "Waits (milliseconds)")]
    created_at: Annotated[datetime, words("Dibuat", "Made")]
    updated_at: Annotated[datetime, words("Diubah", "Changed")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = (await services_now(connection, within)).by_id.get(wanted.id)
    if found is None:
        return ViewPage([])
    shown = ServiceShown(
        found.service_id, found.code, found.name, found.description or "", found.type_id, found.unit_price_sen,
        found.min_items, found.max_items, found.is_active, found.open_time, found.close_time, found.processing_type,
        found.provider, found.provider_settings, found.deadline_ms, found.created_at, found.updated_at, seen_of(found),
    )  # fmt: skip
    return ViewPage([shown])


_TITLE = Bilingual("Sebuah layanan", "A service")
VIEW = View("services.show", "catalogue:read", _TITLE, ById, ServiceShown, run)
