"""Sell a private server for so many Robux."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import revise_setting
from gerai.kit.bilingual import Bilingual

RobloxId = Annotated[int, Meta(ge=1, le=2**53)]
Robux = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class ServerPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``place_id``: of the place or its universe; the place's price counts where both have one. Roblox shows prices
    to owners alone."""

    place_id: Annotated[RobloxId, words("Nomor place/universe", "Place or universe id", 920587237)]
    robux: Annotated[Robux, words("Harga (Robux)", "Price (Robux)", 350)]


async def run(within: Within, given: ServerPrice) -> Done:
    """Instead of the price that it had, if it had one; orders that were placed keep theirs."""

    def revise(prices: dict[int, int]) -> dict[int, int]:
        return prices | {given.place_id: given.robux}

    await revise_setting(within.engine, within.merchant_id, "private_server_prices", revise)
    return Done(str(given.place_id))


ACT = Act(
    "private_servers.set", "catalogue:write", Bilingual("Tetapkan harga server privat", "Set a private server's price"),
    ServerPrice, run,
)  # fmt: skip
