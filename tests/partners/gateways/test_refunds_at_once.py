"""One refund, however many ask for it at once, and whatever breaks on the way: each gateway that gives back, against
its stand-in. Half of what was paid goes back, so that a second one would fit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from refund_kit import HALF, NAMES, Place, given_back, job, now, owed, paid, shop_at

from gateway_kit import GatewayShop
from gerai.domain.records import Payment, RefundTask
from gerai.domain.refusals import StateConflict
from gerai.engine.core import Engine
from gerai.engine.gateways.give_back import give_back, look_at_refund
from gerai.engine.gateways.refund import HandOver, TakeBack
from gerai.engine.payment_steps import GIVE_BACK_TASK
from gerai.ports.gateways import OutcomeUnknown, RefundSeen

ONE = [HALF // 100]


class Died(RuntimeError):
    """The process, in the middle of a run."""


class OnTheWay:
    """The gateway, with what befalls a refund on its way there and back."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self.dies, self.loses, self.slow_s = False, False, 0.05
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)

    async def find_refund(self, *of: Any) -> RefundSeen | None:
        seen = await self._gateway.find_refund(*of)
        await asyncio.sleep(self.slow_s)
        return seen

    async def refund(self, *of: Any) -> RefundSeen:
        if self.dies:
            raise Died
        self.asked += 1
        await asyncio.sleep(self.slow_s)
        seen = await self._gateway.refund(*of)
        if self.loses:
            raise OutcomeUnknown("TimeoutError")
        return seen


@pytest_asyncio.fixture(params=NAMES)
async def at(request: pytest.FixtureRequest, engine: Engine) -> AsyncGenerator[tuple[Place, GatewayShop, OnTheWay]]:
    async with shop_at(engine, request.param) as (place, shop):
        way = OnTheWay(place.gateway)
        shop.desk.gateways = {place.gateway.name: way}
        yield place, shop, way


async def to_send(place: Place, shop: GatewayShop) -> tuple[Payment, RefundTask]:
    """Paid there, and half of it is owed."""
    payment = await paid(place, shop)
    return payment, await owed(shop, payment)


async def settled(place: Place, shop: GatewayShop, task: RefundTask) -> None:
    """Whatever was sent is done there, seen, and booked once."""
    if place.gateway.name == "xendit":
        [waits] = [one["id"] for one in place.fake.refunds.values() if one["status"] == "PENDING"]
        await place.post(f"/_bank/{waits}/succeed")
    done = await job(shop, task)
    assert (done.status, done.denials, done.fault) == ("done", 0, "")
    assert given_back(place) == ONE
    transfers = await shop.engine.wallets.of_order(shop.merchant_id, task.order_id)
    assert [one.amount_sen for one in transfers if one.reason == "refund_sent"] == [HALF]


async def jobs(shop: GatewayShop, payment: Payment) -> int:
    """How many jobs about its refund are ahead; the first is of the decision itself."""
    return len(await shop.jobs(payment, GIVE_BACK_TASK)) - 1


async def lapsed(shop: GatewayShop, task: RefundTask) -> None:
    """Ten minutes pass."""
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE refund_tasks SET claimed_at = claimed_at - interval '10 minutes' WHERE task_id = %s",
            (task.task_id,),
        )


@pytest.mark.parametrize("others", ["jobs", "notices"])
async def test_ten_at_once_send_one(at: tuple[Place, GatewayShop, OnTheWay], others: str) -> None:
    """The job comes beside nine others, of the task's own or of notices: one of them asks, and one job at most looks
    again."""
    place, shop, way = at
    payment, task = await to_send(place, shop)

    async def beside() -> None:
        if others == "jobs":
            await give_back(shop.engine, shop.desk, shop.merchant_id, task.order_id, task.task_id)
        else:
            await look_at_refund(shop.engine, shop.desk, task)

    await asyncio.gather(job(shop, task), *(beside() for _ in range(9)))
    assert (given_back(place), way.asked) == (ONE, 1)
    assert await jobs(shop, payment) <= 1
    if (await now(shop, task)).status == "sending":
        # However often they come again, there is no second job ahead.
        await asyncio.gather(*(look_at_refund(shop.engine, shop.desk, task) for _ in range(10)))
        assert await jobs(shop, payment) == 1
        await settled(place, shop, task)
    assert way.asked == 1


async def test_a_notice_asks_for_nothing(at: tuple[Place, GatewayShop, OnTheWay]) -> None:
    """What was not asked for yet is its job's: a notice only looks, and leaves no job."""
    place, shop, way = at
    payment, task = await to_send(place, shop)
    await look_at_refund(shop.engine, shop.desk, task)
    assert (given_back(place), way.asked, await jobs(shop, payment)) == ([], 0, 0)
    assert await now(shop, task) == task


async def test_a_run_that_died_before_it_asked(at: tuple[Place, GatewayShop, OnTheWay]) -> None:
    """Nobody knows how far it came: others only look until its claim has lapsed, and then it is sent, once."""
    place, shop, way = at
    payment, task = await to_send(place, shop)
    way.dies = True
    with pytest.raises(Died):
        await job(shop, task)
    way.dies = False
    for _ in range(2):
        assert (await job(shop, task)).status == "sending"
    assert (given_back(place), way.asked, await jobs(shop, payment)) == ([], 0, 2)
    await lapsed(shop, task)
    if (await job(shop, task)).status == "sending":
        await settled(place, shop, task)
    assert (given_back(place), way.asked) == (ONE, 1)


async def test_a_lost_answer_is_never_asked_for_again(at: tuple[Place, GatewayShop, OnTheWay]) -> None:
    """It is there, and nobody heard so: it is found, and at once, too, asked for only once. No person takes it
    meanwhile: what is on its way is in no dashboard yet."""
    place, shop, way = at
    _, task = await to_send(place, shop)
    way.loses = True
    await job(shop, task)
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": task.order_id, "by": "Budi"}
    for kind in (TakeBack, HandOver):
        with pytest.raises(StateConflict):
            await shop.engine.submit(kind(**names, task_id=task.task_id))
    await asyncio.gather(*(job(shop, task) for _ in range(3)))
    await lapsed(shop, task)
    await asyncio.gather(*(job(shop, task) for _ in range(3)))
    if (await now(shop, task)).status == "sending":
        await settled(place, shop, task)
    assert (given_back(place), way.asked) == (ONE, 1)
