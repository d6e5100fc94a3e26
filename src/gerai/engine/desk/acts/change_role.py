"""Give somebody another role in a shop."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.permissions import ROLES, Role
from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import require_own
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.engine.people.join import permissions_of, require_an_owner
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import people as sql


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose, and which."""

    id: Annotated[Id, words("Nomor", "Id")]
    role: Annotated[Role, words("Peran", "Role", "viewer")]


async def run(within: Within, given: NewRole) -> Done:
    """Refuses NotFound, PermissionMissing (one of both roles may what whoever acts may not), and StateConflict: the
    shop would have no owner left."""
    require_own(sorted(ROLES[given.role]))
    async with changing(within.engine, within.merchant_id) as connection:
        before = (await sql.roles_of(connection, given.id)).get(within.merchant_id)
        if before is None:
            raise NotFound("person", str(given.id))
        require_own(sorted(permissions_of(before)))
        await require_an_owner(connection, within.merchant_id, given.id, given.role)
        await sql.set_role(connection, within.merchant_id, given.id, given.role, real_now())
        note(given.id, role=[before, given.role])
    return Done(str(given.id))


ACT = Act("people.role", "people:manage", Bilingual("Ubah peran", "Change a role"), NewRole, run, grave=True)
