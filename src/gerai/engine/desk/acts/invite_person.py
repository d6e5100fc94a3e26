"""Invite somebody to a shop."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.permissions import ROLES, Role
from gerai.engine.acting import acting_now
from gerai.engine.desk.fields import Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import require_own
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.engine.people.join import invite
from gerai.kit.bilingual import Bilingual


class NewInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``name``: whom it is for, as you call them."""

    name: Annotated[Name, words("Untuk siapa", "For whom", "Budi")]
    role: Annotated[Role, words("Peran", "Role", "operator")]


async def run(within: Within, given: NewInvite) -> Done:
    """The link is the secret: whoever has it joins, once, within a week. Refuses PermissionMissing: the role
    may what whoever invites may not."""
    require_own(sorted(ROLES[given.role]))
    act = acting_now()
    async with changing(within.engine, within.merchant_id) as connection:
        by = "" if act is None else act.actor.name or act.actor.label
        invite_id, secret = await invite(connection, within.engine, within.merchant_id, given.role, given.name, by)
        note(invite_id, name=given.name, role=given.role)
    return Done(str(invite_id), f"{within.house.base_url}/console/join/{secret}")


ACT = Act("people.invite", "people:manage", Bilingual("Undang orang", "Invite somebody"), NewInvite, run, grave=True)
