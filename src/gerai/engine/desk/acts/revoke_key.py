"""Take a key back."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.keys import keys_here
from gerai.engine.desk.registry import Act, Done
from gerai.engine.keys.manage import revoke_key
from gerai.kit.bilingual import Bilingual


class TheKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which one."""

    id: Annotated[Id, words("Nomor", "Id")]


async def run(within: Within, given: TheKey) -> Done:
    """It stops working in every process within a second. Refuses NotFound: no such live key in this environment."""
    # A key stays in its environment for ever, so this may be looked at before.
    if given.id not in {key.key_id for key in await keys_here(within)}:
        raise NotFound("key", str(given.id))
    await revoke_key(within.engine, within.merchant_id, given.id)
    return Done(str(given.id))


ACT = Act("keys.revoke", "keys:manage", Bilingual("Cabut kunci", "Revoke a key"), TheKey, run)
