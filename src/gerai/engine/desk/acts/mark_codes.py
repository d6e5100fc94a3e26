"""Set when a variant's licence codes are low."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, Count, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.digital.pools import pool_there
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.store import codes as sql


class CodeMark(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: the variant's. ``low_at``: when no more than so many codes are free, they are low; not given: they never
    are."""

    low_at: Annotated[Count | None, words("Tanda menipis", "Low mark", 10)] = None


async def run(within: Within, given: CodeMark) -> Done:
    """Refuses NotFound."""
    async with changing(within.engine, within.merchant_id) as connection:
        pool = await pool_there(connection, within.merchant_id, within.environment, given.id)
        await sql.mark_low(connection, within.merchant_id, pool.pool_id, given.low_at)
        note(given.id, low_at=[pool.low_at, given.low_at])
    return Done(str(given.id))


ACT = Act(
    "code_pools.mark", "catalogue:write", Bilingual("Tandai kode menipis", "Mark low codes"), CodeMark, run, here=True
)  # fmt: skip
