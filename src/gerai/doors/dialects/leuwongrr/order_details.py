"""What this door keeps with an order: what was wanted, and what it was priced from. Nobody else writes or reads it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.records import Order, OrderView
from gerai.doors.dialects.leuwongrr.gateway import canonical_code
from gerai.doors.http.page_details import Fact, PageDetails
from gerai.kit.bilingual import Bilingual

_PLAYER: Final = Bilingual("Username Roblox", "Roblox username")


class OrderDetails(msgspec.Struct, frozen=True, kw_only=True):
    """``payment_method``: the code of what was asked for; ``rate_sen`` per Robux and ``discount_bp`` as they were. What
    earlier versions did not keep is empty."""

    order_type: str = ""
    roblox_username: str = ""
    roblox_user_id: int | None = None
    place_id: int = 0
    roblox_pass_id: int | None = None
    universe_id: int | None = None
    robux_amount: int = 0
    rate_sen: int = 0
    discount_bp: int = 0
    payment_method: str = "invoice"

    def kept(self) -> dict[str, Any]:
        """As ``Order.details`` holds it."""
        return msgspec.to_builtins(self)


def details_of(order: Order) -> OrderDetails:
    """What was kept with an order. Earlier versions kept ``payment_method`` as it was typed; it is its code here."""
    details = msgspec.convert(order.details, OrderDetails)
    code = canonical_code(details.payment_method)
    return details if code == details.payment_method else msgspec.structs.replace(details, payment_method=code)


def page_details(view: OrderView) -> PageDetails:
    """What the hosted page shows of an order: which player gets what was bought, to be checked before it is paid."""
    return PageDetails(facts=(Fact(_PLAYER, details_of(view.order).roblox_username),))
