"""Arrange the fields of an order's data."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from gerai.engine.catalogue.services import require_usable
from gerai.engine.desk.fields import Edit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_fields import OrderFields, schema_of
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.services import services_now, type_to_change
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import services as sql

_EXAMPLE: Final = (
    {"name": "imeis", "label_id": "Nomor IMEI", "kind": "list", "required": True, "least": 1,
     "pattern": "^[0-9]{15}$", "paid": True},
)  # fmt: skip


class FieldsArranged(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``fields``: all of them, in the order in which they are asked. They become ``input_schema``; orders that are
    there keep what they have."""

    fields: Annotated[OrderFields, words("Isian pesanan", "Fields of an order", _EXAMPLE)]


async def run(within: Within, given: FieldsArranged) -> Done:
    """Refuses NotFound, ChangedMeanwhile, and InputInvalid by ``fields.<number>.<what>`` (from 0) as
    ``engine/desk/order_fields.py: schema_of`` says."""
    schema = schema_of(given.fields)
    async with changing(within.engine, within.merchant_id) as connection:
        before = type_to_change(await services_now(connection, within), given.id, given.seen)
        new = msgspec.structs.replace(before, input_schema=schema)
        require_usable(new)
        await sql.put(connection, sql.TYPES, within.merchant_id, msgspec.structs.astuple(new))
        note(given.id, input_schema=[before.input_schema, schema])
    return Done(str(given.id))


ACT = Act(
    "service_types.fields", "catalogue:write", Bilingual("Susun isian pesanan", "Arrange an order's fields"),
    FieldsArranged, run,
)  # fmt: skip
