"""Add a service."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from gerai.engine.catalogue.services import Service
from gerai.engine.desk.fields import Code, Id, Name, PriceSen, Text, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.services import Deadline, Hour, Items, Provider, require_fit, services_now
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import services as sql


class NewService(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``type_id``: as ``service_types.list`` shows it; ``provider``: who does the work, with its settings;
    ``unit_price_sen``: of one item; hours on Jakarta's clock, without them it is always open; ``deadline_ms``: how long
    an order's request waits for an automatic provider."""

    code: Annotated[Code, words("Kode", "Code", "cek_imei")]
    name: Annotated[Name, words("Nama", "Name", "Cek IMEI")]
    type_id: Annotated[Id, words("Jenis layanan", "Type of service", 1), refers("service_types")]
    unit_price_sen: Annotated[PriceSen, words("Harga satuan", "Price of one", 1_500_00)]
    provider: Annotated[Provider, words("Penyedia", "Provider", "manual"), refers("providers")]
    processing_type: Annotated[Literal["automatic", "manual"], words("Pengerjaan", "Processing", "manual")]
    provider_settings: Annotated[dict[str, Any], words("Pengaturan penyedia", "Provider's settings")] = {}
    min_items: Annotated[Items, words("Paling sedikit", "At least")] = 1
    max_items: Annotated[Items, words("Paling banyak", "At most", 100)] = 100
    open_time: Annotated[Hour | None, words("Buka", "Opens", "08:00")] = None
    close_time: Annotated[Hour | None, words("Tutup", "Closes", "17:00")] = None
    is_active: Annotated[bool, words("Dibuka", "Open")] = True
    description: Annotated[Text, words("Keterangan", "Description")] = ""
    deadline_ms: Annotated[Deadline, words("Batas tunggu (milidetik)", "Waits (milliseconds)", 10_000)] = 10_000


async def run(within: Within, given: NewService) -> Done:
    """Refuses InputInvalid as ``engine/desk/services.py: require_fit`` says."""
    service = new_service(within.engine.ids.next(), given)
    async with changing(within.engine, within.merchant_id) as connection:
        require_fit(within, await services_now(connection, within), service)
        await sql.put(connection, sql.SERVICES, within.merchant_id, msgspec.structs.astuple(service))
        note(service.service_id, code=given.code, name=given.name, unit_price_sen=given.unit_price_sen)
    return Done(str(service.service_id))


def new_service(service_id: int, given: NewService) -> Service:
    """The service, made now."""
    now = real_now()
    return Service(
        service_id=service_id,
        type_id=given.type_id,
        code=given.code,
        name=given.name,
        description=given.description or None,
        open_time=given.open_time,
        close_time=given.close_time,
        is_active=given.is_active,
        processing_type=given.processing_type,
        provider=given.provider,
        provider_settings=given.provider_settings,
        unit_price_sen=given.unit_price_sen,
        min_items=given.min_items,
        max_items=given.max_items,
        deadline_ms=given.deadline_ms,
        created_at=now,
        updated_at=now,
    )


ACT = Act("services.add", "catalogue:write", Bilingual("Tambah layanan", "Add a service"), NewService, run)
