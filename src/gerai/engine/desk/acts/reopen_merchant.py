"""Open a closed shop again."""

from __future__ import annotations

import msgspec

from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.close import reopen_merchant
from gerai.kit.bilingual import Bilingual


class ReopenedMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing to choose."""


async def run(within: Within, given: ReopenedMerchant) -> Done:
    """Its keys take orders as before. Refuses StateConflict: it is open."""
    await reopen_merchant(within.engine, within.merchant_id)
    return Done(str(within.merchant_id))


ACT = Act(
    "merchants.reopen", "settings:write", Bilingual("Buka toko lagi", "Open a shop again"), ReopenedMerchant, run,
    reasoned=True,
)  # fmt: skip
