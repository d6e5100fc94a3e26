"""What Robux cost in this shop."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class RobuxFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is one rate, for both environments."""


class RobuxRow(msgspec.Struct, frozen=True):
    """``rate_sen``: of one Robux; ``hundred_sen``: of a hundred, before a member's discount. ``sold``: there is a rate;
    without one no game passes and no private servers are sold. ``private_servers``: how many have a price."""

    sold: Annotated[bool, words("Dijual", "Sold")]
    rate_sen: Annotated[int, words("Harga 1 Robux", "Price of one Robux")]
    hundred_sen: Annotated[int, words("Harga 100 Robux", "Price of a hundred Robux")]
    private_servers: Annotated[int, words("Server privat yang dijual", "Private servers sold")]


async def run(within: Within, wanted: RobuxFilter) -> ViewPage:
    """One row."""
    chosen = within.merchant.chosen.of(LeuwongrrSettings)
    rate_sen = chosen.robux_rate_sen
    return ViewPage([RobuxRow(rate_sen > 0, rate_sen, rate_sen * 100, len(chosen.private_server_prices))])


VIEW = View("robux.list", "catalogue:read", Bilingual("Kurs Robux", "Robux rate"), RobuxFilter, RobuxRow, run)
