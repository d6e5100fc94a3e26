"""Add a type of services."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from gerai.engine.catalogue.services import ServiceType, require_usable
from gerai.engine.desk.fields import Code, Name, Text, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_fields import USUAL, schema_of
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.services import require_type_code, services_now
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import services as sql

_EXAMPLE: dict[str, Any] = {
    "type": "object",
    "properties": {"imeis": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
    "required": ["imeis"],
    "x-quantityFrom": "/imeis",
    "x-requestFrom": "/imeis",
}


class NewServiceType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``input_schema``: JSON Schema of an order's data; ``x-quantityFrom`` and ``x-requestFrom`` point to the items
    that are paid for and sent to the provider; not given: a list of texts, each of which is paid for
    (``service_types.fields`` arranges others). ``result_schema``: of the result."""

    code: Annotated[Code, words("Kode", "Code", "imei")]
    name: Annotated[Name, words("Nama", "Name", "Cek IMEI")]
    input_schema: Annotated[
        dict[str, Any] | UnsetType, words("Bentuk data pesanan", "Form of an order's data", _EXAMPLE)
    ] = UNSET
    result_schema: Annotated[dict[str, Any], words("Bentuk hasil", "Form of the result", {"type": "object"})] = {}
    description: Annotated[Text, words("Keterangan", "Description")] = ""
    is_active: Annotated[bool, words("Dijual", "Sold")] = True


async def run(within: Within, given: NewServiceType) -> Done:
    """Refuses InputInvalid: a schema nobody can stand behind, a code that another type has."""
    schema = schema_of(USUAL) if given.input_schema is UNSET else given.input_schema
    kind = ServiceType(
        within.engine.ids.next(), given.code, given.name, given.description or None, given.is_active,
        schema, given.result_schema or {"type": "object"},
    )  # fmt: skip
    require_usable(kind)
    async with changing(within.engine, within.merchant_id) as connection:
        require_type_code(await services_now(connection, within), kind)
        await sql.put(connection, sql.TYPES, within.merchant_id, msgspec.structs.astuple(kind))
        note(kind.type_id, code=kind.code, name=kind.name)
    return Done(str(kind.type_id))


ACT = Act(
    "service_types.add", "catalogue:write", Bilingual("Tambah jenis layanan", "Add a type of services"),
    NewServiceType, run,
)  # fmt: skip
