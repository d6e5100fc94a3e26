"""Show a licence code."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.digital.pools import code_there
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Whoever knows a code can use it, so it is an act, and written down. Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        pool, code = await code_there(connection, within.merchant_id, within.environment, given.id)
        with sealing():
            shown = within.house.sealer.open(code.sealed)
        note(given.id, variant_id=pool.variant_id, order_id=code.order_id)
    return Done(str(given.id), shown)


ACT = Act(
    "codes.reveal", "catalogue:write", Bilingual("Lihat kode", "Show a code"),
    ById, run, reasoned=True, grave=True, here=True,
)  # fmt: skip
