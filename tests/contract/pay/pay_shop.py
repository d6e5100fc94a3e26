"""Orders placed on the real engine for the tests of the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.engine.command import Contact
from gerai.engine.core import Engine
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit import ids
from gerai.kit.clock import real_now


async def place(engine: Engine, merchant_id: int, **changes: Any) -> OrderView:
    """An invoice order of Rp15.000 in the sandbox, open for an hour."""
    order_id = engine.ids.next()
    facts: dict[str, Any] = {
        "merchant_id": merchant_id,
        "environment": "sandbox",
        "channel": "test",
        "key_id": None,
        "order_id": order_id,
        "public_id": f"order-{order_id}",
        "number": f"N-{order_id}",
        "secret": ids.token(),
        "lines": (NewLine("thing", 1, "Gamepass 100", 1, rupiah(15_000), rupiah(15_000)),),
        "total_sen": rupiah(15_000),
        "funding": "invoice",
        "after_payment": "complete",
        "contact": Contact(public_id="", name="Rina Wulandari"),
        "expires_at": real_now() + timedelta(hours=1),
    }
    return (await engine.submit(PlaceOrder(**(facts | changes)))).answer.view


async def again(engine: Engine, view: OrderView) -> OrderView:
    """The order as it is stored now."""
    found = await engine.orders.by_id(view.order.merchant_id, view.order.order_id)
    assert found is not None
    return found
