"""What an order says can be done with it is what can be done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from orders_kit import ASKED, ORDER_ACTS, SHIPPED, WORK, given, moved, placed, shop_of, shown

from desk_kit import do
from engine_kit import Shop
from gerai.domain.records import Order
from gerai.domain.refusals import Refusal
from gerai.domain.states import ORDER
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.shipping.record import RecordShipment

Build = Callable[[Shop], Awaitable[Order]]


def paid(**facts: Any) -> Build:
    """An order by invoice that was paid by hand."""

    async def build(shop: Shop) -> Order:
        placed_ = await shop.place("invoice", 50_000_00, **facts)
        return (await shop.pay(placed_)).order

    return build


def fresh(funding: str, *targets: str, **facts: Any) -> Build:
    """An order as it is placed, then taken to these states."""

    async def build(shop: Shop) -> Order:
        order = await placed(shop, funding, **facts)
        for target in targets:
            await moved(shop, order, target)
        return order

    return build


def sent(*reports: str) -> Build:
    """An order whose courier has reported this."""

    async def build(shop: Shop) -> Order:
        order = await placed(shop, "free", **SHIPPED)
        names: dict[str, Any] = {**shop.owner, "order_id": order.order_id, "channel": order.channel}
        for report in reports:
            await shop.engine.submit(RecordShipment(**names, words=report, status=report))
        return order

    return build


def finished(failed: int) -> Build:
    """Held work of two items, of which so many failed."""

    async def build(shop: Shop) -> Order:
        order = await placed(shop, "hold", **WORK)
        await shop.engine.submit(FinishOrder(**shop.owner, order_id=order.order_id, by="t", failed=failed))
        return order

    return build


async def cancelled(shop: Shop) -> Order:
    order = await placed(shop, **SHIPPED)
    await shop.engine.submit(CancelOrder(**shop.owner, order_id=order.order_id))
    return order


#: Orders as they come to be; together they are in every state but those that only time leads to.
KINDS: Final[dict[str, Build]] = {
    "draft": fresh("invoice", status="draft"),
    "unpaid": fresh("invoice"),
    "unpaid of a provider": fresh("invoice", **WORK),
    "unpaid, gone on": fresh("invoice", "confirmed", "processing", channel="scalev"),
    "paid, processing": paid(),
    "paid, of a provider": paid(**WORK),
    "paid, confirmed": paid(after_payment="confirm"),
    "paid, completed": paid(after_payment="complete"),
    "from the wallet": fresh("wallet"),
    "held for people": fresh("hold", **WORK),
    "held, provider asked": fresh("hold", **ASKED),
    "held, not asked yet": fresh("hold", provider="simulator", work={"items": ["1"]}),
    "done": finished(0),
    "partial": finished(1),
    "failed": finished(2),
    "cancelled": cancelled,
    "cash": fresh("free", channel="scalev"),
    "confirmed": fresh("free", **SHIPPED),
    "without a parcel": fresh("free", status="confirmed"),
    "processing": fresh("free", "processing", **SHIPPED),
    "ready": fresh("free", "processing", "ready", **SHIPPED),
    "shipped": fresh("free", "shipped", **SHIPPED),
    "shipped, never planned": fresh("free", "shipped", status="confirmed"),
    "completed": fresh("free", "shipped", "completed", **SHIPPED),
    "returned": fresh("free", "shipped", "returned", **SHIPPED),
    "closed": fresh("free", "completed", "closed", **SHIPPED),
    "booked": sent("booked"),
    "in transit": sent("in_transit"),
    "problem": sent("problem"),
    "returning": sent("returning"),
    "delivered": sent("delivered"),
}


async def test_an_order_says_what_can_be_done(within: Within) -> None:
    """In each state, of each kind of money and work: an act that the order names is done, and one that it does not name
    is refused and changes nothing."""
    shop = await shop_of(within)
    await shop.deposit(100_000_000_00)
    states, wrong = set[str](), list[tuple[str, str, bool]]()
    for kind, build in KINDS.items():
        for act in ORDER_ACTS:
            order = await build(shop)
            before = await shown(within, order.order_id)
            states.add(before.status)
            possible = act.name in before.can
            try:
                await do(within, act.name, given(act, order), reason="karena")
            except Refusal:
                refused = True
                after = await shown(within, order.order_id)
                assert (after.status, after.events, after.ledger) == (before.status, before.events, before.ledger)
            else:
                refused = False
            if possible is refused:
                wrong.append((kind, act.name, possible))
    assert wrong == []
    assert states == ORDER.states - {"expired"}
    assert await check(within.engine, within.merchant_id) == []
