"""How many orders are in each state."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door
from gerai.engine.desk.orders import ORDER_STATES, OrderStatus
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import merchant_orders

#: To count all of a large shop would be to read it.
_MOST: Final = 1000


class OrderCountFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one door, or of all."""

    door: Annotated[Door, words("Konter", "Counter")] = ""


class OrderCount(msgspec.Struct, frozen=True):
    """One state. ``capped``: there are more than ``count``."""

    status: Annotated[OrderStatus, words("Keadaan", "State")]
    count: Annotated[int, words("Banyaknya", "How many")]
    capped: Annotated[bool, words("Atau lebih", "Or more")]


async def run(within: Within, wanted: OrderCountFilter) -> ViewPage:
    """Every state, those without orders, too."""
    async with within.engine.connection() as connection:
        found = await merchant_orders.counts(
            connection, within.merchant_id, within.environment, [*ORDER_STATES], _MOST + 1, wanted.door
        )
    counted: list[tuple[OrderStatus, int]] = [(status, found[status]) for status in ORDER_STATES]
    return ViewPage([OrderCount(status, min(count, _MOST), count > _MOST) for status, count in counted])


VIEW = View(
    "orders.counts", "orders:read", Bilingual("Banyaknya pesanan", "How many orders"), OrderCountFilter, OrderCount, run
)
