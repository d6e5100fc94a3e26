"""One type of services, with its schemas."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import ById, Id, Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_fields import OrderField, fields_in
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.services import services_now
from gerai.kit.bilingual import Bilingual
from gerai.kit.schema_sample import sample_of


class TypeShown(msgspec.Struct, frozen=True):
    """A type. ``input_schema``: what an order's data must look like; ``result_schema``: what its result looks like.
    ``fields``: the same as fields, none where they cannot say all of it; ``sample``: data to begin with."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    name: Annotated[str, words("Nama", "Name")]
    description: Annotated[str, words("Keterangan", "Description")]
    is_active: Annotated[bool, words("Dijual", "Sold")]
    input_schema: Annotated[dict[str, Any], words("Bentuk data pesanan", "Form of an order's data")]
    result_schema: Annotated[dict[str, Any], words("Bentuk hasil", "Form of the result")]
    fields: Annotated[tuple[OrderField, ...], words("Isian pesanan", "Fields of an order")]
    sample: Annotated[Any, words("Contoh data pesanan", "Sample of an order's data")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        found = (await services_now(connection, within)).types.get(wanted.id)
    if found is None:
        return ViewPage([])
    return ViewPage(
        [
            TypeShown(
                found.type_id, found.code, found.name, found.description or "", found.is_active, found.input_schema,
                found.result_schema, fields_in(found.input_schema), sample_of(found.input_schema), seen_of(found),
            )
        ]
    )  # fmt: skip


VIEW = View(
    "service_types.show", "catalogue:read", Bilingual("Sebuah jenis layanan", "A type of services"), ById,
    TypeShown, run,
)  # fmt: skip
