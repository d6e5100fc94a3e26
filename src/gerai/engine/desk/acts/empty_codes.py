"""Withdraw all unused licence codes of a variant."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.digital.pools import pool_there, withdraw
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """``id``: the variant's. Codes that orders got stay theirs; orders that come wait for new ones. Refuses
    NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        pool = await pool_there(connection, within.merchant_id, within.environment, given.id)
        gone = await withdraw(connection, pool, None)
        note(given.id, withdrawn=gone)
    return Done(str(given.id), details={"withdrawn": gone})


ACT = Act(
    "code_pools.empty", "catalogue:write", Bilingual("Tarik semua kode", "Withdraw all codes"),
    ById, run, reasoned=True, here=True,
)  # fmt: skip
