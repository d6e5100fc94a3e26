"""Sell a private server no more."""

from __future__ import annotations

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import revise_setting
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Refuses NotFound: it has no price of its own."""

    def revise(prices: dict[int, int]) -> dict[int, int]:
        if given.id not in prices:
            raise NotFound("private server", str(given.id))
        return {id: robux for id, robux in prices.items() if id != given.id}

    await revise_setting(within.engine, within.merchant_id, "private_server_prices", revise)
    return Done(str(given.id))


ACT = Act(
    "private_servers.remove", "catalogue:write", Bilingual("Hapus server privat", "Remove a private server"), ById, run
)  # fmt: skip
