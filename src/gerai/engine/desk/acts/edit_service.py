"""Change a service: its price, its hours, who does it, whether it is open."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Code, Edit, Id, Name, PriceSen, Text, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.services import Deadline, Hour, Items, Provider, require_fit, service_to_change, services_now
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import services as sql


class ServiceEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. Equal hours: it is always open. Orders that are there keep their price and provider."""

    code: Annotated[Code | UnsetType, words("Kode", "Code")] = UNSET
    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    description: Annotated[Text | UnsetType, words("Keterangan", "Description")] = UNSET
    type_id: Annotated[Id | UnsetType, words("Jenis layanan", "Type of service"), refers("service_types")] = UNSET
    unit_price_sen: Annotated[PriceSen | UnsetType, words("Harga satuan", "Price of one")] = UNSET
    min_items: Annotated[Items | UnsetType, words("Paling sedikit", "At least")] = UNSET
    max_items: Annotated[Items | UnsetType, words("Paling banyak", "At most")] = UNSET
    is_active: Annotated[bool | UnsetType, words("Dibuka", "Open")] = UNSET
    open_time: Annotated[Hour | UnsetType | None, words("Buka", "Opens")] = UNSET
    close_time: Annotated[Hour | UnsetType | None, words("Tutup", "Closes")] = UNSET
    processing_type: Annotated[Literal["automatic", "manual"] | UnsetType, words("Pengerjaan", "Processing")] = UNSET
    provider: Annotated[Provider | UnsetType, words("Penyedia", "Provider"), refers("providers")] = UNSET
    provider_settings: Annotated[dict[str, Any] | UnsetType, words("Pengaturan penyedia", "Its settings")] = UNSET
    deadline_ms: Annotated[Deadline | UnsetType, words("Batas tunggu (milidetik)", "Waits (milliseconds)")] = UNSET


async def run(within: Within, given: ServiceEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid as ``engine/desk/services.py: require_fit`` says."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = await services_now(connection, within)
        new, changes = edited(service_to_change(there, given.id, given.seen), given)
        require_fit(within, there, new)
        stored = msgspec.structs.replace(new, updated_at=real_now())
        await sql.put(connection, sql.SERVICES, within.merchant_id, msgspec.structs.astuple(stored))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act("services.edit", "catalogue:write", Bilingual("Ubah layanan", "Change a service"), ServiceEdit, run)
