"""Take somebody out of a shop."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.engine.people.join import require_an_owner
from gerai.kit.bilingual import Bilingual
from gerai.store import people as sql


class ThePerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who."""

    id: Annotated[Id, words("Nomor", "Id")]


async def run(within: Within, given: ThePerson) -> Done:
    """From their next click on they see nothing of the shop. Refuses NotFound, and StateConflict: the last owner."""
    async with changing(within.engine, within.merchant_id) as connection:
        await require_an_owner(connection, within.merchant_id, given.id, None)
        if not await sql.leave(connection, within.merchant_id, given.id):
            raise NotFound("person", str(given.id))
        note(given.id)
    return Done(str(given.id))


ACT = Act("people.remove", "people:manage", Bilingual("Keluarkan orang", "Remove somebody"), ThePerson, run, grave=True)
