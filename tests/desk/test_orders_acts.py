"""The steps of an order at the desk: each is taken where the order's state allows it, and does nothing elsewhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from orders_kit import ASKED, ORDER_ACTS, PARCEL, SHIPPED, WORK, given, placed, shop_of, shown, view_of

from desk_kit import OWNER, VIEWER, do, open_desk, seen, written
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.domain.records import Order
from gerai.domain.refusals import (
    IdempotencyKeyReused,
    InputInvalid,
    NotFound,
    PermissionMissing,
    StateConflict,
)
from gerai.engine.check import check
from gerai.engine.desk.acts.deliver_order import OrderDelivery
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import Act, acts
from gerai.ports.fulfilment import AnswerUnknown, WorkAnswer, WorkRequest
from gerai.worker.main import Worker


async def take(within: Within, name: str, order: Order, **more: Any) -> Order:
    """Do it, and read the order."""
    act = acts()[name]
    done = await do(within, name, given(act, order, **more), reason="karena" if act.reasoned else "")
    assert done.id == str(order.order_id)
    return (await view_of(within, order.order_id)).order


async def test_a_parcel_goes_its_way(within: Within) -> None:
    """Accepted, packed, ready, sent with its number, arrived: each step is the order's and its parcel's, names who took
    it, and is written down; who is told that it left has the number already."""
    shop = await shop_of(within)
    order = await placed(shop, "free", parcel=PARCEL, channel="scalev")
    for name, status in (("confirm", "confirmed"), ("process", "processing"), ("ready", "ready")):
        assert (await take(within, f"orders.{name}", order)).status == status
    assert (await take(within, "orders.ship", order, receipt=" JX1 ")).status == "shipped"
    one = await shown(within, order.order_id)
    assert (one.parcel.status, one.parcel.receipt) == ("handed_over", "JX1")
    names = [event.name for event in one.events]
    assert names.index("shipment.booked") < names.index("order.shipped") < names.index("shipment.handed_over")
    [left] = [event for event in one.events if event.name == "order.shipped"]
    assert left.by == "person:7"
    assert (await take(within, "orders.receipt", order, receipt="JX2")).status == "shipped"
    at = datetime(2026, 11, 30, 1, tzinfo=UTC)
    assert (await take(within, "orders.deliver", order, at=at)).status == "completed"
    one = await shown(within, order.order_id)
    assert (one.parcel.status, one.parcel.receipt) == ("delivered", "JX2")
    said = [(entry.act, entry.target, entry.facts) for _, entry in await written(within)][::-1]
    target = str(order.order_id)
    assert said[:4] == [
        ("orders.confirm", target, {}), ("orders.process", target, {}), ("orders.ready", target, {}),
        ("orders.ship", target, {"receipt": "JX1"}),
    ]  # fmt: skip
    assert said[4:] == [
        ("orders.receipt", target, {"receipt": "JX2"}), ("orders.deliver", target, {"at": at.isoformat()}),
    ]  # fmt: skip
    assert await check(within.engine, within.merchant_id) == []


@pytest.mark.parametrize("at", [datetime(1, 1, 1), datetime(999, 12, 31, tzinfo=UTC), datetime(9999, 12, 31, 23)])  # noqa: DTZ001
async def test_nothing_arrives_in_another_age(within: Within, at: datetime) -> None:
    """A time that cannot be shown everywhere is refused by every face and by the engine; the order stays as it is, and
    lists still show it."""
    shop = await shop_of(within)
    order = await placed(shop, "free", parcel=PARCEL, channel="scalev")
    for name in ("confirm", "process", "ready", "ship"):
        await take(within, f"orders.{name}", order)
    before = await shown(within, order.order_id)
    with pytest.raises(InputInvalid) as refused:
        read_texts(OrderDelivery, {"id": str(order.order_id), "at": at.isoformat()}, rupiah=True)
    assert refused.value.fields == {"at": ["there is no such time"]}
    with pytest.raises(InputInvalid) as refused:
        await take(within, "orders.deliver", order, at=at)
    assert refused.value.fields == {"at": ["there is no such time"]}
    assert await shown(within, order.order_id) == before
    assert [row.status for row in await seen(within, "orders.list")] == ["shipped"]
    said = [entry.act for _, entry in await written(within)]
    assert "orders.deliver" not in said


async def test_what_was_never_planned_is_sent(within: Within) -> None:
    """An order without a parcel gets one that has just left, with its number."""
    shop = await shop_of(within)
    order = await placed(shop, "free", status="confirmed")
    await take(within, "orders.ship", order, receipt="JX9")
    one = await shown(within, order.order_id)
    assert (one.status, one.parcel.status, one.parcel.receipt) == ("shipped", "handed_over", "JX9")
    await take(within, "orders.return", order)
    assert (await shown(within, order.order_id)).parcel.status == "returned"


async def test_work_is_finished_in_part(within: Within) -> None:
    """The result is what its caller reads, held money is taken for what succeeded, the rest is back; the message is the
    buyer's, the reason the shop's."""
    shop = await shop_of(within)
    order = await placed(shop, "hold", 150_000_00, **WORK)
    await take(within, "orders.complete", order, failed=1, result={"code": "77"}, message="Stok habis")
    one = await shown(within, order.order_id)
    assert (one.status, one.charged_sen, one.refunded_sen) == ("partial", 75_000_00, 75_000_00)
    assert (one.work.status, one.work.succeeded, one.work.failed) == ("partial", 1, 1)
    assert (one.work.result, one.work.error) == ({"code": "77"}, "Stok habis")
    [(_, entry)] = await written(within)
    assert (entry.facts, entry.reason) == ({"failed": 1, "message": "Stok habis"}, "")
    with pytest.raises(InputInvalid, match="failed"):
        await take(within, "orders.complete", await placed(shop, "hold", **WORK), failed=3)
    assert await check(within.engine, within.merchant_id) == []


async def test_nothing_delivered_is_no_completion(within: Within) -> None:
    """All of its items failed: refused, naming the act that takes a reason and a proof for it; no money moves."""
    shop = await shop_of(within)
    order = await placed(shop, "hold", 150_000_00, **WORK)
    before = await view_of(within, order.order_id)
    with pytest.raises(InputInvalid, match=r"orders\.fail"):
        await take(within, "orders.complete", order, failed=2)
    assert (await view_of(within, order.order_id), await written(within)) == (before, [])
    assert (await take(within, "orders.fail", order)).status == "failed"
    assert await check(within.engine, within.merchant_id) == []


async def test_failed_and_cancelled_money_returns(within: Within) -> None:
    """Into the member's wallet; the reason is kept with the entry and reaches no buyer."""
    shop = await shop_of(within)
    for name, state in (("orders.fail", "failed"), ("orders.cancel", "cancelled")):
        order = await placed(shop, "hold", 150_000_00, **WORK)
        await do(within, name, acts()[name].input(id=order.order_id, message="Maaf"), reason="penipu")
        one = await shown(within, order.order_id)
        assert (one.status, one.refunded_sen) == (state, 150_000_00)
        [last] = [event for event in one.events if event.name == f"order.{state}"]
        assert (last.by, last.facts["reason"]) == ("person:7", "Maaf")
        assert "penipu" not in str(one)
        assert (await written(within))[0][1].reason == "penipu"
    assert (await shop.wallet()).available_sen == 1_000_000_00
    assert await check(within.engine, within.merchant_id) == []


async def test_given_away_only_on_purpose(within: Within) -> None:
    """What was never paid is completed by saying so."""
    shop = await shop_of(within)
    order = await placed(shop)
    with pytest.raises(StateConflict, match="unpaid"):
        await take(within, "orders.complete", order)
    assert (await take(within, "orders.complete", order, unpaid=True)).status == "completed"
    [(_, entry)] = await written(within)
    assert entry.facts == {"unpaid": True}


class Answering:
    """A provider that has done the work when it is inquired, and keeps what it was asked."""

    name, automatic, simulated = "simulator", True, True

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        self.calls.append(("fulfil", request.request_id))
        raise AnswerUnknown

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        self.calls.append(("inquire", request.request_id))
        return WorkAnswer("done", 1, 0, "ref-1", None)


async def test_a_provider_is_asked_beside_its_turn(app: App, within: Within) -> None:
    """The next turn is due in minutes: a worker inquires at once all the same, once for many clicks, and what it hears
    is the order's result. Nothing is ordered by it, and the turn stays."""
    shop = await shop_of(within)
    order = await placed(shop, "hold", **ASKED, resume_after_s=900.0)
    view = await view_of(within, order.order_id)
    for _ in range(3):
        await take(within, "orders.retry", order)
    await asyncio.gather(*(take(within, "orders.retry", order) for _ in range(5)))
    assert await view_of(within, order.order_id) == view
    assert await shop.jobs(view) == ["gerai.fulfil", "gerai.fulfil"]
    answering = Answering()
    partners = SimpleNamespace(fulfilment={"simulator": answering}, notice_forms={})
    desk = app._desk  # pyright: ignore[reportPrivateUsage]
    worker = Worker(app.engine, partners, desk, app.settings, WEBHOOK_CONTRACTS)
    await worker._queue.run_once()  # pyright: ignore[reportPrivateUsage]
    request = f"{within.merchant_id}-{order.order_id}"
    assert [call for call, of in answering.calls if of == request] == ["inquire"]
    assert (await view_of(within, order.order_id)).order.status == "completed"
    assert await shop.jobs(view) == ["gerai.fulfil"]
    assert await check(within.engine, within.merchant_id) == []


async def test_asked_again_while_a_worker_inquires(within: Within) -> None:
    """While it runs another click makes none: that one has an answer coming. A later one does."""
    shop = await shop_of(within)
    order = await placed(shop, "hold", **ASKED, resume_after_s=900.0)
    view = await view_of(within, order.order_id)
    await take(within, "orders.retry", order)
    mine = "WHERE (args ->> 'merchant_id')::int8 = %s AND jsonb_exists(args, 'beside')"
    await shop.execute(f"UPDATE procrastinate_jobs SET status = 'doing' {mine}", (within.merchant_id,))
    await take(within, "orders.retry", order)
    assert await shop.jobs(view) == ["gerai.fulfil", "gerai.fulfil"]
    await shop.execute(f"UPDATE procrastinate_jobs SET status = 'failed' {mine}", (within.merchant_id,))
    await take(within, "orders.retry", order)
    assert await shop.jobs(view) == ["gerai.fulfil", "gerai.fulfil", "gerai.fulfil"]


async def test_once_under_a_key(within: Within) -> None:
    """Several at once, and later, are one; the key is no other order's, and no other act of it."""
    shop = await shop_of(within)
    for name in ("orders.confirm", "orders.ship", "orders.receipt", "orders.deliver", "orders.complete"):
        confirmed = "pending" if name == "orders.confirm" else "confirmed"
        order = await placed(shop, "free", **(SHIPPED | {"status": confirmed}))
        wanted = given(acts()[name], order)
        both = await asyncio.gather(*(do(within, name, wanted, key=f"k{name}") for _ in range(4)))
        assert sorted(done.replayed for done in both) == [False, True, True, True], name
        assert {done.id for done in both} == {str(order.order_id)}
        other = await placed(shop, "free", **(SHIPPED | {"status": confirmed}))
        with pytest.raises(IdempotencyKeyReused):
            await do(within, name, given(acts()[name], other), key=f"k{name}")
        assert (await view_of(within, other.order_id)).order.status == confirmed
    assert len(await written(within)) == 5


@pytest.mark.parametrize("act", ORDER_ACTS, ids=lambda act: act.name)
async def test_whose_order_it_is_not(within: Within, act: Act) -> None:
    """A viewer, another shop, the other environment, and without a reason where one is asked for: nothing is done."""
    shop, other = await shop_of(within), await open_desk(within.house)
    order = await placed(shop, "free", **SHIPPED)
    with pytest.raises(PermissionMissing):
        await do(within, act.name, given(act, order), VIEWER, reason="karena")
    for elsewhere in (other, Within(within.house, within.merchant_id, "sandbox")):
        with pytest.raises(NotFound):
            await do(elsewhere, act.name, given(act, order), OWNER, reason="karena")
        assert await written(elsewhere) == []
    if act.reasoned:
        with pytest.raises(InputInvalid, match="reason"):
            await do(within, act.name, given(act, order))
    assert (await view_of(within, order.order_id)).order.status == "confirmed"
    assert await written(within) == []
