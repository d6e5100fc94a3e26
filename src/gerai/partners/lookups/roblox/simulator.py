"""A Roblox that decides by itself, always the same (docs/reference/roblox-simulator.md).

Ordinary input exists: any user name of 3 to 20 letters, digits and one inner underscore, any place, any pass.

================  =====================================  =====================================================
what              value                                  outcome
================  =====================================  =====================================================
user name         ``TidakAda``                           refused: ``user``
user name         outside the format above               refused: ``user``
user name         ``RobloxMati``                         unreachable
place id          404404404                              refused: ``place``
place id          403403403                              a gamepass works; vip_server refused: ``private_servers_off``
place or pass id  503503503                              unreachable
pass id           404404404                              refused: ``pass``
pass id           403403403                              refused: ``not_for_sale``
pass id           409409409                              refused: ``not_of_place``
pass id           422422422                              refused: ``price`` (on sale without a usable price)
pass id           770000001 … 770999999                  costs the last six digits: 770000050 costs 50 Robux
pass id           777777777                              costs 1,000,000,000 Robux, more than anybody has
pass id           every other                            costs 100 Robux
place id          every other, order type vip_server     a private server costs the shop's price, or 200 Robux
================  =====================================  =====================================================

User names match without regard to case. An unreachable value outweighs a refused one; among refused ones the user
counts before the place and the place before the pass. For a private server the pass id is not looked at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Final, Literal

from gerai.ports.roblox import NO_PRICES, RobloxProduct, RobloxRefused, RobloxUnreachable

NO_SUCH_USER: Final = "tidakada"
DOWN_USER: Final = "robloxmati"
NO_SUCH_PLACE: Final = 404404404
NO_PRIVATE_SERVERS_PLACE: Final = 403403403
DOWN_ID: Final = 503503503
ORDINARY_PRICE: Final = 100
PRIVATE_SERVER_PRICE: Final = 200
PRICED_PASSES: Final = range(770_000_001, 771_000_000)
DEAREST_PASS: Final = 777777777
DEAREST_PRICE: Final = 1_000_000_000
REFUSED_PASSES: Final = {
    404404404: "pass",
    403403403: "not_for_sale",
    409409409: "not_of_place",
    422422422: "price",
}

_USER_NAME = re.compile(r"(?=.{3,20}\Z)[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?")


class SimulatedRoblox:
    """A ``ports.roblox.Roblox`` without a network and without a wait."""

    async def look_up(
        self,
        order_type: Literal["gamepass", "vip_server"],
        username: str,
        place_id: int,
        pass_id: int,
        private_server_prices: Mapping[int, int] = NO_PRICES,
    ) -> RobloxProduct:
        """Return what the table above lists. Raises RobloxRefused or RobloxUnreachable."""
        name = username.lower()
        if name == DOWN_USER or DOWN_ID in (place_id, pass_id):
            raise RobloxUnreachable("simulated outage")
        if name == NO_SUCH_USER or _USER_NAME.fullmatch(username) is None:
            raise RobloxRefused("user")
        if place_id == NO_SUCH_PLACE:
            raise RobloxRefused("place")
        user_id = zlib.crc32(name.encode())
        if order_type == "vip_server":
            if place_id == NO_PRIVATE_SERVERS_PLACE:
                raise RobloxRefused("private_servers_off")
            price = private_server_prices.get(place_id, PRIVATE_SERVER_PRICE)
            return RobloxProduct(user_id, username, place_id, place_id, "Private server", price)
        reason = REFUSED_PASSES.get(pass_id)
        if reason is not None:
            raise RobloxRefused(reason)
        return RobloxProduct(user_id, username, place_id, pass_id, "Game pass", _pass_price(pass_id))


def _pass_price(pass_id: int) -> int:
    if pass_id in PRICED_PASSES:
        return pass_id - PRICED_PASSES.start + 1
    return DEAREST_PRICE if pass_id == DEAREST_PASS else ORDINARY_PRICE
