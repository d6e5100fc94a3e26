"""What we ask of Roblox: does this player, this place and this pass exist, and what does the pass cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

#: Of a shop that sells no private servers.
NO_PRICES: Final[Mapping[int, int]] = {}


class RobloxRefused(Exception):
    """Roblox responded, and the order cannot be right. ``reason``: user | place | pass | not_for_sale | not_of_place
    | private_servers_off | price."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RobloxUnreachable(Exception):
    """Roblox did not respond (time-out, 429, 5xx, nonsense). Never a validation failure."""


@dataclass(frozen=True)
class RobloxProduct:
    """What the order is for. ``price_robux`` is a whole number above zero."""

    user_id: int
    user_name: str
    universe_id: int
    product_id: int
    product_name: str
    price_robux: int


class Roblox(Protocol):
    """The look-up; both the simulator and the HTTP client are one of these."""

    async def look_up(
        self,
        order_type: Literal["gamepass", "vip_server"],
        username: str,
        place_id: int,
        pass_id: int,
        private_server_prices: Mapping[int, int] = NO_PRICES,
    ) -> RobloxProduct:
        """``private_server_prices``: the shop's own, in Robux by place or universe id (the place's wins); Roblox shows
        them only to owners. Raises RobloxRefused or RobloxUnreachable."""
        ...
