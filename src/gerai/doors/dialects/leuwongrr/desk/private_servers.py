"""Which private servers are sold, and for how many Robux."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class ServerFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop names few of them: all are shown."""


class ServerRow(msgspec.Struct, frozen=True):
    """``id``: of a place or a universe at Roblox. ``price_sen``: at the shop's rate now, before a member's discount; 0:
    there is no rate."""

    id: Annotated[int, words("Nomor place/universe", "Place or universe id")]
    robux: Annotated[int, words("Harga (Robux)", "Price (Robux)")]
    price_sen: Annotated[int, words("Harga", "Price")]


async def run(within: Within, wanted: ServerFilter) -> ViewPage:
    """By id."""
    chosen = within.merchant.chosen.of(LeuwongrrSettings)
    return ViewPage(
        [
            ServerRow(id, robux, robux * chosen.robux_rate_sen)
            for id, robux in sorted(chosen.private_server_prices.items())
        ]
    )


VIEW = View(
    "private_servers.list", "catalogue:read", Bilingual("Server privat", "Private servers"), ServerFilter, ServerRow,
    run,
)  # fmt: skip
