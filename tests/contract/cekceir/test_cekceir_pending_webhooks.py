"""``pending`` is announced to whoever was answered 201, and to nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cekceir_shop import GOOD, HANGS, LOST, SLOW, UNREACHABLE, Caller, Shop

from gerai.doors.dialects.cekceir.demo import SERVICES
from gerai.doors.dialects.cekceir.events import WEBHOOKS
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.webhooks.contract import Occurrence


async def announced(shop: Shop, order_id: int) -> list[str]:
    """The status of each message that the worker would make of the order's events now."""
    engine, merchant_id = shop.engine, shop.merchant.merchant_id
    events = await engine.events.of_orders(merchant_id, [order_id])
    view = await engine.orders.by_id(merchant_id, order_id)
    assert view is not None
    found: list[str] = []
    for n, event in enumerate(events):
        happened = Occurrence(event, view, tuple(events[: n + 1]), engine.directory.merchant(merchant_id), "http://x")
        found += [message.data["status"] for message in await WEBHOOKS.compose(engine, happened)]
    return found


async def placed_and_waiting(caller: Caller) -> int:
    """The id of the order whose request still waits for its provider."""
    for _ in range(200):
        if orders := await caller.orders():
            return orders[0]["order_id"]
        await asyncio.sleep(0.01)
    raise AssertionError("no order was placed")


@pytest.mark.parametrize("imei", [SLOW, LOST, HANGS, UNREACHABLE])
async def test_pending_follows_a_201(shop: Shop, imei: str) -> None:
    """While the request waits the order can be seen, and is announced to nobody; when its caller was answered 201,
    pending is; when it is done, only its result."""
    caller = await shop.caller()
    request = asyncio.create_task(caller.order(imei))
    order_id = await placed_and_waiting(caller)
    while not request.done():
        said = await announced(shop, order_id)
        assert said == [] or request.done() or (await request).status_code == 201
    assert (await request).status_code == 201
    assert await announced(shop, order_id) == ["pending"]

    view = await shop.engine.orders.by_id(shop.merchant.merchant_id, order_id)
    assert view is not None
    await shop.engine.submit(
        RecordFulfilment(
            merchant_id=view.order.merchant_id, environment=view.order.environment, order_id=order_id, outcome="done",
            succeeded=1,
        )
    )  # fmt: skip
    assert await announced(shop, order_id) == ["success"]


async def test_an_order_answered_as_final_was_never_pending(shop: Shop) -> None:
    """The provider needs a moment within the request: nothing is announced in it, and only the result after it."""
    [service] = [s for s in SERVICES if s.code == "cek_imei"]
    settings: dict[str, Any] = service.provider_settings | {"slow_s": 0.2}
    await shop.change("cek_imei", deadline_ms=10_000, provider_settings=settings)
    caller = await shop.caller()
    request = asyncio.create_task(caller.order(SLOW))
    order_id = await placed_and_waiting(caller)
    while not request.done():
        assert "pending" not in await announced(shop, order_id)
    assert (await request).status_code == 200
    assert await announced(shop, order_id) == ["success"]


async def test_manual_work_is_pending_as_soon_as_it_is_placed(shop: Shop) -> None:
    """Nobody is asked inside the request; a worker that asks later says nothing more."""
    caller = await shop.caller()
    answer = await caller.order(GOOD, code="unlock_manual")
    assert answer.status_code == 201
    order_id = answer.json()["order_id"]
    assert await announced(shop, order_id) == ["pending"]


async def test_what_the_worker_asks_later_is_not_announced(shop: Shop) -> None:
    """Its "not yet" is no answer to anybody."""
    caller = await shop.caller()
    order_id = (await caller.order(LOST)).json()["order_id"]
    await shop.work(order_id)
    await shop.work(order_id)
    assert (await announced(shop, order_id)).count("pending") <= 1
