"""Set what one Robux costs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import change_settings
from gerai.kit.bilingual import Bilingual

RateSen = Annotated[int, Meta(ge=0, le=10_000_000)]


class RobuxRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``rate_sen`` 0: no Robux are sold."""

    rate_sen: Annotated[RateSen, words("Harga 1 Robux", "Price of one Robux", 150_00)]


async def run(within: Within, given: RobuxRate) -> Done:
    """Orders from now on cost so much, in both environments; those that were placed keep their price."""
    await change_settings(within.engine, within.merchant_id, {"robux_rate_sen": given.rate_sen})
    return Done("robux_rate_sen")


ACT = Act("robux.set_rate", "catalogue:write", Bilingual("Tetapkan kurs Robux", "Set the Robux rate"), RobuxRate, run)
