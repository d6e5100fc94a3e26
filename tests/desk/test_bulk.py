"""One act for many things: each is done for itself, once under its own key, and has an answer of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from goods_kit import new_product, new_store
from orders_kit import SHIPPED, moved, placed, shop_of, shown

from desk_kit import OPERATOR, OWNER, VIEWER, open_desk, written
from engine_kit import Shop
from gerai.domain.records import Order
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.check import check
from gerai.engine.desk import bulk
from gerai.engine.desk.acts.cancel_order import OrderCancel
from gerai.engine.desk.acts.ship_order import OrderShipping
from gerai.engine.desk.bulk import MOST, BulkAnswer, perform_each
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import Act, acts, views

BULK = [act for act in acts().values() if act.bulk is not None]


@pytest.fixture
async def shop(within: Within) -> Shop:
    """The shop of the desk."""
    return await shop_of(within)


async def each(within: Within, name: str, given: list[Any], caller: Any = OWNER, **how: str) -> list[BulkAnswer]:
    """Do an act by its name to each."""
    return await perform_each(acts()[name], within, given, caller, **how)


def by_id(*orders: Order | int) -> list[ById]:
    return [ById(id=one if isinstance(one, int) else one.order_id) for one in orders]


async def to_send(shop: Shop) -> Order:
    """An order that waits to be sent."""
    return await placed(shop, **SHIPPED)


async def test_each_has_its_own_answer(within: Within, shop: Shop) -> None:
    """What can be done is done; what cannot says why and keeps the others from nothing. One entry for each done."""
    first, gone, second = [await to_send(shop) for _ in range(3)]
    await moved(shop, gone, "cancelled")
    before = len(await written(within))
    found = await each(within, "orders.process", by_id(first, gone, second, 7), OPERATOR)
    assert [(one.id, one.state) for one in found] == [
        (first.order_id, "done"), (gone.order_id, "refused"), (second.order_id, "done"), (7, "refused"),
    ]  # fmt: skip
    assert isinstance(found[1].refusal, StateConflict)
    assert isinstance(found[3].refusal, NotFound)
    states = [(await shown(within, one.order_id)).status for one in (first, gone, second)]
    assert states == ["processing", "cancelled", "processing"]
    entries = [entry for _, entry in await written(within)][: len(await written(within)) - before]
    assert {(e.act, e.target, e.actor) for e in entries} == {
        ("orders.process", str(one.order_id), "9") for one in (first, second)
    }
    assert await check(shop.engine, within.merchant_id) == []


async def test_sent_twice_it_is_done_once(within: Within, shop: Shop) -> None:
    """The same again, also at the same moment: each is done once; what was refused before is tried anew."""
    orders = [await to_send(shop) for _ in range(5)]
    given = by_id(*orders)
    twice = await asyncio.gather(*(each(within, "orders.process", given, key="k") for _ in range(2)))
    for one, other in zip(*twice, strict=True):
        assert {one.state, other.state} == {"done", "again"}
    assert len([e for _, e in await written(within) if e.act == "orders.process"]) == 5
    late = await to_send(shop)
    again = await each(within, "orders.process", by_id(*orders, late), key="k")
    assert [one.state for one in again] == ["again"] * 5 + ["done"]


async def test_each_has_its_own_fields(within: Within, shop: Shop) -> None:
    """Every parcel gets the number that was given for it."""
    orders = [await to_send(shop) for _ in range(3)]
    given = [OrderShipping(id=one.order_id, receipt=f"JX{n}") for n, one in enumerate(orders)]
    assert [one.state for one in await each(within, "orders.ship", given)] == ["done"] * 3
    assert [(await shown(within, one.order_id)).parcel.receipt for one in orders] == ["JX0", "JX1", "JX2"]


@pytest.mark.parametrize(
    ("name", "ids", "how", "field"),
    [
        ("orders.process", [], {}, "id"),
        ("orders.process", [1, 2, 1], {}, "id"),
        ("orders.process", [*range(1, MOST + 2)], {}, "id"),
        ("orders.cancel", [1], {}, "reason"),
        ("orders.fail", [1], {"reason": "habis"}, "act"),
        ("orders.process", [1], {"key": "\ud800"}, "idempotency_key"),
    ],
)
async def test_what_does_not_fit_is_refused_whole(
    within: Within, name: str, ids: list[int], how: dict[str, str], field: str
) -> None:
    """None, too many, one twice, no reason, an act for one at a time: nothing is begun."""
    make = OrderCancel if name == "orders.cancel" else ById
    with pytest.raises(InputInvalid) as refused:
        await each(within, name, [make(id=id) for id in ids], **how)
    assert {*refused.value.fields} == {field}
    assert await written(within) == []


async def test_who_may_not_begins_nothing(within: Within, shop: Shop) -> None:
    """A viewer's is refused whole; nothing is changed."""
    order = await to_send(shop)
    with pytest.raises(PermissionMissing, match="orders:act"):
        await each(within, "orders.process", by_id(order), VIEWER)
    assert (await shown(within, order.order_id)).status == "confirmed"


async def test_another_shop_and_environment(within: Within, shop: Shop) -> None:
    """Orders of others are not found, whoever names them, and stay as they are."""
    order = await to_send(shop)
    other = await open_desk(within.house)
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    for elsewhere in (other, sandbox):
        [answer] = await each(elsewhere, "orders.process", by_id(order))
        assert (answer.state, type(answer.refusal)) == ("refused", NotFound)
    assert (await shown(within, order.order_id)).status == "confirmed"


async def test_what_was_not_begun_in_time_is_busy(within: Within, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sent many waits a bounded time; the rest can be sent again and is done then, once."""
    orders = [await to_send(shop) for _ in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "_BEGUN_WITHIN_S", -1)
        found = await each(within, "orders.process", by_id(*orders), key="k")
    assert [one.state for one in found] == ["busy"] * 3
    assert [one.state for one in await each(within, "orders.process", by_id(*orders), key="k")] == ["done"] * 3


async def test_what_breaks_is_one_answer(within: Within, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of ours in the middle is one line, and the others are done."""
    first, broken, second = [await to_send(shop) for _ in range(3)]
    perform = bulk.perform

    async def breaking(act: Act, within: Within, given: Any, *more: Any, **how: Any) -> Any:
        if given.id == broken.order_id:
            raise RuntimeError("boom")
        return await perform(act, within, given, *more, **how)

    monkeypatch.setattr(bulk, "perform", breaking)
    found = await each(within, "orders.process", by_id(first, broken, second))
    assert [(one.state, one.refusal and one.refusal.code) for one in found] == [
        ("done", None), ("refused", "broken"), ("done", None),
    ]  # fmt: skip


async def test_products_are_hidden_together(within: Within) -> None:
    """Acts on master data, too: one after the other, each written down."""
    await new_store(within)
    products = [(await new_product(within)).id for _ in range(3)]
    found = await each(within, "products.hide", by_id(*products), key="k")
    assert [one.state for one in found] == ["done"] * 3
    again = await each(within, "products.hide", by_id(*products), key="k")
    assert [one.state for one in again] == ["again"] * 3
    assert len([e for _, e in await written(within) if e.act == "products.hide"]) == 3


@pytest.mark.parametrize("act", BULK, ids=lambda act: act.name)
def test_an_act_for_many_names_what_it_has(act: Act) -> None:
    """It is about something with an id that is listed and can be shown; what each has for itself are fields of it."""
    assert act.bulk is not None
    names = {field.name for field in fields_of(act.input)}
    assert {"id", *act.bulk.each} <= names
    things = act.name.partition(".")[0]
    assert f"{things}.list" in views()
    assert f"{things}.show" in views()
