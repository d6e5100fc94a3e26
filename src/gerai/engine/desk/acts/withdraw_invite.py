"""Take an invitation back."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import invites


async def run(within: Within, given: ById) -> Done:
    """Its link leads nowhere from now on. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        if not await invites.withdraw(connection, within.merchant_id, given.id, real_now()):
            raise NotFound("invitation", str(given.id))
        note(given.id)
    return Done(str(given.id))


ACT = Act("invites.withdraw", "people:manage", Bilingual("Tarik undangan", "Take an invitation back"), ById, run)
