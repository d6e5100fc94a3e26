"""Change a type of services."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.catalogue.services import require_usable
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Code, Edit, Name, Text, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.services import require_type_code, services_now, type_to_change
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import services as sql


class ServiceTypeEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. One that is not sold closes its services; orders that are there keep what they have."""

    code: Annotated[Code | UnsetType, words("Kode", "Code")] = UNSET
    name: Annotated[Name | UnsetType, words("Nama", "Name")] = UNSET
    description: Annotated[Text | UnsetType, words("Keterangan", "Description")] = UNSET
    is_active: Annotated[bool | UnsetType, words("Dijual", "Sold")] = UNSET
    input_schema: Annotated[dict[str, Any] | UnsetType, words("Bentuk data pesanan", "Form of an order's data")] = UNSET
    result_schema: Annotated[dict[str, Any] | UnsetType, words("Bentuk hasil", "Form of the result")] = UNSET


async def run(within: Within, given: ServiceTypeEdit) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid: a schema nobody can stand behind, a code that another type
    has."""
    async with changing(within.engine, within.merchant_id) as connection:
        there = await services_now(connection, within)
        new, changes = edited(type_to_change(there, given.id, given.seen), given)
        require_usable(new)
        require_type_code(there, new)
        await sql.put(connection, sql.TYPES, within.merchant_id, msgspec.structs.astuple(new))
        note(given.id, **changes)
    return Done(str(given.id))


ACT = Act(
    "service_types.edit", "catalogue:write", Bilingual("Ubah jenis layanan", "Change a type of services"),
    ServiceTypeEdit, run,
)  # fmt: skip
