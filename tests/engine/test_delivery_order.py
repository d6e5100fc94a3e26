"""An order's messages reach an endpoint one after another and in sequence, through outages of every length, by every
door's own schedule; and no order is silenced for hours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from test_deliveries import KEY, WEBHOOKS, advance, announce, listen, log_of

from engine_kit import EPOCH, Shop, open_shop
from gerai.app import DIALECTS
from gerai.engine.core import Engine
from gerai.engine.webhooks.contract import WebhookContract
from gerai.engine.webhooks.deliver import due
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox
from gerai.testing.receiver import Receiver, receiving
from gerai.worker.webhook_sender import WebhookSender

#: Every schedule there is, by a door that has it.
SCHEDULES = {one.name: one.webhooks.schedule_s for one in DIALECTS if one.webhooks is not None}
by_schedule = pytest.mark.parametrize("door", SCHEDULES, indirect=True)


@dataclass
class Line:
    """A shop whose clock is moved, a sender that goes by a door's schedule, and a receiver that may be down."""

    shop: Shop
    sender: WebhookSender
    receiver: Receiver
    schedule_s: tuple[int, ...]
    now_s: float = 0.0
    #: The largest number of messages of one order that could be sent at one time.
    widest: int = 0
    #: (sequence, status) of every attempt, in order.
    tried: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def answers(self, status: int, *only: int) -> None:
        """From now on the receiver answers so, or so to these messages alone and 200 to others."""

        def answer(request: Any) -> int:
            sequence = int(request.headers["webhook-sequence"])
            given = status if not only or sequence in only else 200
            self.tried.append((sequence, given))
            return given

        self.receiver.answer = answer

    async def go(self, to_s: float) -> None:
        """Move the clock, and send what is due."""
        self.now_s = to_s
        await advance(self.shop, EPOCH + timedelta(seconds=to_s))
        found = await due(self.shop.engine, 100, 1000)
        self.widest = max(self.widest, len([one for one in found if one.merchant_id == self.shop.merchant_id]))
        await self.sender.run_once()

    @property
    def arrived(self) -> list[int]:
        """What was acknowledged, by sequence number."""
        return [sequence for sequence, status in self.tried if status == 200]


@pytest_asyncio.fixture
async def door(request: pytest.FixtureRequest, engine: Engine, receiver: Receiver) -> AsyncGenerator[Line]:
    shop = await open_shop(engine, environment="sandbox", money_sen=100_000_00)
    await advance(shop, EPOCH)
    outgoing = Outgoing(Guard(allow_loopback=True))
    contract: WebhookContract = replace(WEBHOOKS, schedule_s=SCHEDULES[request.param])
    sender = WebhookSender(engine, {"test": contract}, outgoing, SecretBox(KEY), timeout_s=2.0)
    await listen(shop, receiver.url())
    yield Line(shop, sender, receiver, contract.schedule_s)
    await outgoing.close()


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with receiving() as receiver:
        yield receiver


@by_schedule
async def test_a_short_outage_keeps_the_sequence(door: Line) -> None:
    """500 for four seconds while an order is placed and paid: everything arrives in sequence as soon as the first retry
    of the first message is due, and nothing before it, at the very second either."""
    door.answers(500)
    placed = await door.shop.place()
    await announce(door.shop, placed)
    await door.go(0)
    assert door.tried == [(1, 500)]
    await door.go(2)
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    door.answers(200)
    first_retry_s = door.schedule_s[1]
    for at_s in (4, first_retry_s - 1):
        if at_s < first_retry_s:
            await door.go(at_s)
    assert door.tried == [(1, 500)]
    await door.go(first_retry_s)
    assert door.tried[1:] == [(1, 200), (2, 200), (3, 200), (4, 200)]
    assert door.widest == 1


@by_schedule
async def test_the_first_retry_is_waited_for(door: Line) -> None:
    """A retry that is late itself (a busy worker, a clock that jumps) still goes first, whatever time has passed."""
    door.answers(500)
    placed = await door.shop.place()
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    await door.go(0)
    door.answers(200)
    await door.go(door.schedule_s[1] + 3600)
    assert door.tried == [(1, 500), (1, 200), (2, 200), (3, 200), (4, 200)]
    assert door.widest == 1


@by_schedule
async def test_each_message_has_a_second_chance(door: Line) -> None:
    """A receiver that stumbles once over each message: all arrive in sequence all the same."""
    placed = await door.shop.place()
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    for number in range(1, 5):
        door.answers(500, number)
        await door.go(door.now_s)
        door.answers(200)
        # To the second: the wait of the next one must not run out at the same moment.
        await door.go(door.now_s + door.schedule_s[1] - 1)
        door.answers(500, number + 1)
        await door.go(door.now_s + 1)
    assert door.arrived == [1, 2, 3, 4]
    assert door.widest == 1


@by_schedule
async def test_what_waited_long_enough_goes_one_after_another(door: Line) -> None:
    """The first message fails for good: once its retry failed too and it is two minutes old, the others go out, in
    sequence and never two at once; its later retries are made between other orders' messages."""
    placed = await door.shop.place()
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    door.answers(500, 1)
    await door.go(0)
    for at_s in sorted({*range(5, 120, 5), 119}):
        await door.go(at_s)
    assert {sequence for sequence, _ in door.tried} == {1}
    await door.go(max(120, door.schedule_s[1]))
    assert door.arrived == [2, 3, 4]
    assert door.widest == 1


@by_schedule
async def test_no_order_is_silenced_for_hours(door: Line) -> None:
    """A receiver that refuses all of an order's thirty messages with 500: each was sent to it within 35 minutes, the
    untried ones in sequence; what is sent at the end of the schedule is given up."""
    placed = await door.shop.place()
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    await many(door.shop, 30)
    door.answers(500)
    first: list[int] = []
    for minute in range(36):
        await door.go(minute * 60)
        first += [sequence for sequence in dict.fromkeys(s for s, _ in door.tried) if sequence not in first]
    assert first == list(range(1, 31))
    assert door.widest == 1
    assert {one.status for one in await log_of(door.shop)} == {"pending"}


async def many(shop: Shop, number: int) -> None:
    """Let the order's last message be followed by copies of it, up to ``number`` in all."""
    names = "merchant_id, endpoint_id, environment, order_id, part, event, data, status, attempts, tries, "
    names += "next_attempt_at, happened_at, created_at, due_since"
    await shop.execute(
        f"INSERT INTO webhook_deliveries (delivery_id, event_id, sequence, {names}) "
        f"SELECT delivery_id + n, event_id + n, sequence + n, {names} FROM webhook_deliveries, "
        "generate_series(1, %s) n WHERE merchant_id = %s AND sequence = 4",
        (number - 4, shop.merchant_id),
    )


@by_schedule
async def test_two_senders_keep_the_sequence(door: Line) -> None:
    """Two workers that look at the same moment: what one has begun, the other waits for."""
    placed = await door.shop.place()
    await door.shop.pay(await door.shop.start_payment(placed))
    await announce(door.shop, placed)
    door.answers(500)
    await door.go(0)
    door.answers(200)
    await advance(door.shop, EPOCH + timedelta(hours=1))
    outgoing = Outgoing(Guard(allow_loopback=True))
    contracts = {"test": replace(WEBHOOKS, schedule_s=door.schedule_s)}
    rival = WebhookSender(door.shop.engine, contracts, outgoing, SecretBox(KEY), timeout_s=2.0)
    for _ in range(6):
        await asyncio.gather(door.sender.run_once(), rival.run_once())
    await outgoing.close()
    assert door.tried == [(1, 500), (1, 200), (2, 200), (3, 200), (4, 200)]
