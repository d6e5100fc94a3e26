"""Take an invitation back."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import invites


class TheInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which one."""

    id: Annotated[Id, words("Nomor", "Id")]


async def run(within: Within, given: TheInvite) -> Done:
    """Its link leads nowhere from now on. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        if not await invites.withdraw(connection, within.merchant_id, given.id, real_now()):
            raise NotFound("invitation", str(given.id))
        note(given.id)
    return Done(str(given.id))


ACT = Act("invites.withdraw", "people:manage", Bilingual("Tarik undangan", "Take an invitation back"), TheInvite, run)
