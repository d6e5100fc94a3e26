"""Take somebody out of a shop."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import require_own
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.engine.people.join import permissions_of, require_an_owner
from gerai.kit.bilingual import Bilingual
from gerai.store import people as sql
from gerai.store import saved_views


async def run(within: Within, given: ById) -> Done:
    """From their next click on they see nothing of the shop. Refuses NotFound, PermissionMissing (they may what whoever
    acts may not), and StateConflict: the last owner."""
    async with changing(within.engine, within.merchant_id) as connection:
        role = (await sql.roles_of(connection, given.id)).get(within.merchant_id)
        require_own(sorted(permissions_of(role)))
        await require_an_owner(connection, within.merchant_id, given.id, None)
        if not await sql.leave(connection, within.merchant_id, given.id):
            raise NotFound("person", str(given.id))
        await saved_views.forget(connection, within.merchant_id, f"person:{given.id}")
        note(given.id)
    return Done(str(given.id))


ACT = Act("people.remove", "people:manage", Bilingual("Keluarkan orang", "Remove somebody"), ById, run, grave=True)
