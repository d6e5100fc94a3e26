"""Take a digital file away."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import variant_files as sql


async def run(within: Within, given: ById) -> Done:
    """Nobody can fetch it any more, also those who bought it. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        file = await sql.one(connection, within.merchant_id, given.id)
        if file is None or not await sql.remove(connection, within.merchant_id, given.id):
            raise NotFound("file", str(given.id))
        note(given.id, variant_id=file.variant_id, name=file.name)
    return Done(str(given.id))


ACT = Act(
    "files.remove", "catalogue:write", Bilingual("Hapus berkas digital", "Remove a digital file"), ById, run,
    reasoned=True,
)  # fmt: skip
