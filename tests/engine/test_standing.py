"""What the events of an order carry: how it stood right after them, as far as that is not what a new order is."""

from __future__ import annotations

from typing import Any

from engine_kit import Shop
from gerai.domain.records import OrderView
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.place import Placed
from gerai.engine.payments.refund import RefundPayment


async def carried(shop: Shop, of: OrderView | Placed) -> list[tuple[str, dict[str, Any]]]:
    """Name and standing of each event of the order."""
    order = (of.view if isinstance(of, Placed) else of).order
    events = await shop.engine.events.of_orders(shop.merchant_id, [order.order_id])
    return [(event.name, event.facts["after"]) for event in events]


async def test_held_money_is_settled_before_the_end_is_announced(shop: Shop) -> None:
    """The end of a held order carries what was charged and what went back; placing it carries nothing."""
    done, cancelled = await shop.place("hold", 4_500_00, lines=(shop.line(4_500_00, 3),)), await shop.place("hold")
    await shop.do(RecordFulfilment, done, outcome="done", succeeded=2, failed=1)
    await shop.do(CancelOrder, cancelled)

    assert await carried(shop, done) == [
        ("order.placed", {}),
        ("fulfilment.partial", {"status": "processing"}),
        ("order.partial", {"charged_sen": 3_000_00, "refunded_sen": 1_500_00}),
    ]
    assert await carried(shop, cancelled) == [("order.placed", {}), ("order.cancelled", {"refunded_sen": 5_000_00})]


async def test_a_paid_order_carries_its_payment(shop: Shop) -> None:
    """The payment that counts, and each part of it that was given back, as of that event."""
    placed = await shop.place("invoice", after_payment="complete")
    paid = await shop.pay(placed)
    for amount_sen in (2_000_00, 3_000_00):
        await shop.do(RefundPayment, paid, payment_id=paid.payments[0].payment_id, amount_sen=amount_sen)

    payment = {"payment_status": "paid", "payment": paid.payments[0].public_id, "charged_sen": 5_000_00}
    last = (await carried(shop, placed))[-3:]
    assert last == [
        ("order.completed", payment),
        ("payment.refunded", {**payment, "status": "completed", "refunded_sen": 2_000_00}),
        # What was given back whole counts no more.
        (
            "payment.refunded",
            {"status": "completed", "payment_status": "paid", "charged_sen": 5_000_00, "refunded_sen": 5_000_00},
        ),
    ]
