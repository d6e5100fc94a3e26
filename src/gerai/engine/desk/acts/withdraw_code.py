"""Withdraw one unused licence code."""

from __future__ import annotations

from gerai.domain.refusals import StateConflict
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.digital.pools import code_there, withdraw
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """No order gets it any more. Refuses NotFound, StateConflict (an order has it, or it was withdrawn)."""
    async with changing(within.engine, within.merchant_id) as connection:
        pool, code = await code_there(connection, within.merchant_id, within.environment, given.id)
        if not await withdraw(connection, pool, [given.id]):
            raise StateConflict("code", str(given.id), code.status, "withdraw")
        note(given.id, variant_id=pool.variant_id)
    return Done(str(given.id))


ACT = Act(
    "codes.withdraw", "catalogue:write", Bilingual("Tarik kode", "Withdraw a code"), ById, run, reasoned=True, here=True
)  # fmt: skip
