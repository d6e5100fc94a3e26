"""Close a shop: it takes no orders any more."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.close import close_merchant
from gerai.kit.bilingual import Bilingual


class ClosedMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``money_stays``: close it although money of others is still in its books."""

    money_stays: Annotated[
        bool, words("Tetap tutup meski masih memegang uang orang", "Close although it holds others' money")
    ] = False


async def run(within: Within, given: ClosedMerchant) -> Done:
    """No order, top-up or key is made from now on; orders that are open are finished, and everything can be looked at.
    Refuses StateConflict: it is closed, or holds money of others."""
    owed_sen = await close_merchant(within.engine, within.merchant_id, money_stays=given.money_stays)
    return Done(str(within.merchant_id), details={"owed_sen": owed_sen} if owed_sen else {})


ACT = Act(
    "merchants.close", "settings:write", Bilingual("Tutup toko", "Close a shop"), ClosedMerchant, run,
    reasoned=True, grave=True,
)  # fmt: skip
