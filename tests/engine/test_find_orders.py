"""Orders are found by scope and filter; labels and the payment's mark are columns, and details are the door's."""

from __future__ import annotations

import psycopg
import pytest

from engine_kit import Shop
from gerai.domain.filters import OrderFilter, Scope
from gerai.engine.orders.change_status import ChangeStatus


async def test_by_labels(shop: Shop) -> None:
    """Every label that is asked for must fit; details of the same words are not looked into."""
    both = await shop.place(labels={"store": "7", "method": "va"})
    one = await shop.place(labels={"store": "7"})
    await shop.place(details={"store": "7", "method": "va", "labels": {"store": "7"}})
    scope = Scope(shop.merchant_id, shop.environment, "test")

    async def found(**labels: str) -> list[int]:
        page = await shop.engine.orders.page(scope, OrderFilter(labels=labels), 10)
        assert await shop.engine.orders.count(scope, OrderFilter(labels=labels)) == len(page)
        return [view.order.order_id for view in page]

    assert await found(store="7") == [one.view.order.order_id, both.view.order.order_id]
    assert await found(store="7", method="va") == [both.view.order.order_id]
    assert await found(store="8") == []
    assert len(await found()) == 3


async def test_by_payment_mark(shop: Shop) -> None:
    """A disputed payment is found by its mark, which leaves the door's details alone."""
    placed = await shop.place(details={"mine": 1}, labels={"store": "7"})
    await shop.place(labels={"store": "7"})
    change = ChangeStatus(
        **shop.owner, channel="test", order_ids=(placed.view.order.order_id,), payment="conflict", by="tester"
    )
    await shop.engine.submit(change)
    scope = Scope(shop.merchant_id, shop.environment, "test")
    [view] = await shop.engine.orders.page(scope, OrderFilter(payment_status="conflict"), 10)
    assert (view.order.order_id, view.order.details) == (placed.view.order.order_id, {"mine": 1})


@pytest.mark.parametrize("field", ["merchant_id", "environment", "channel", "member_id"])
async def test_a_scope_is_part_of_every_question(shop: Shop, field: str) -> None:
    """With one thing of the scope different, the order is not found, by whichever way it is asked for."""
    placed = await shop.place("wallet")
    public_id = placed.view.order.public_id
    mine = Scope(shop.merchant_id, shop.environment, "test", shop.member_id)
    other = mine._replace(**{field: {"environment": "sandbox", "channel": "other"}.get(field, 1)})
    orders = shop.engine.orders
    for scope, expected in ((mine, 1), (other, 0)):
        assert len(await orders.page(scope, OrderFilter(), 10)) == expected
        assert await orders.count(scope, OrderFilter()) == expected
        assert len(await orders.by_public_ids(scope, [public_id])) == expected
        assert (await orders.by_public_id(scope, public_id) is not None) == bool(expected)


async def test_a_list_goes_by_when_orders_were_made(shop: Shop, dsn: str) -> None:
    """Of two processes the one with the higher ids may have been first. A page goes on at the place of the order that
    its cursor names, both ways: in the whole list, in that of some states, in a member's; each order once."""
    ids = [(await shop.place("wallet")).view.order.order_id for _ in range(5)]
    by_time = [ids[2], ids[0], ids[4], ids[1], ids[3]]
    with psycopg.connect(dsn, autocommit=True) as connection:
        for minutes, order_id in enumerate(by_time):
            connection.execute(
                "UPDATE orders SET created_at = '2026-01-01'::timestamptz - %s * interval '1 minute' "
                "WHERE merchant_id = %s AND order_id = %s",
                (minutes, shop.merchant_id, order_id),
            )
    door = Scope(shop.merchant_id, shop.environment, "test")
    for scope in (door, door._replace(member_id=shop.member_id)):
        for statuses in ((), ("pending", "confirmed", "processing", "completed")):
            pages: list[int] = []
            edge: int | None = None
            while page := await shop.engine.orders.page(scope, OrderFilter(statuses=statuses, before_id=edge), 2):
                pages += [view.order.order_id for view in page]
                edge = pages[-1]
            assert pages == by_time
            newer = await shop.engine.orders.page(scope, OrderFilter(statuses=statuses, after_id=by_time[3]), 2)
            assert [view.order.order_id for view in newer] == [by_time[2], by_time[1]]
    assert await shop.engine.orders.page(door, OrderFilter(before_id=1), 9) == []
    states = ["pending", "confirmed", "processing", "completed"]
    newest = await shop.engine.orders.of_merchant(shop.merchant_id, [shop.environment], states, 3)
    assert [view.order.order_id for view in newest] == by_time[:3]
