"""Take a key back."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import keys_here
from gerai.engine.desk.registry import Act, Done
from gerai.engine.keys.manage import revoke_key
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It stops working in every process within a second. Refuses NotFound: no such live key in this environment."""
    # A key stays in its environment for ever, so this may be looked at before.
    if given.id not in {key.key_id for key in await keys_here(within)}:
        raise NotFound("key", str(given.id))
    await revoke_key(within.engine, within.merchant_id, given.id)
    return Done(str(given.id))


ACT = Act("keys.revoke", "keys:manage", Bilingual("Cabut kunci", "Revoke a key"), ById, run)
