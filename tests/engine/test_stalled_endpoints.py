"""Endpoints that stall keep nobody else waiting: places are shared by merchant and endpoint, and the slow have few."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from test_deliveries import KEY, WEBHOOK_CONTRACTS, announce, listen

from engine_kit import Shop, open_shop
from gerai.engine.core import Engine
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox
from gerai.testing.receiver import receiving
from gerai.worker.places import AT_ONCE, IN_ALL, MOST_TO_ONE, Places
from gerai.worker.webhook_sender import WebhookSender

#: Fifteen seconds of a real worker are three here: an answer after 14 s is one after 2.8.
TIMEOUT_S = 3.0
STALLS_S = 2.8
SLOW_S = 2.0


@pytest.mark.parametrize("stalling", [4, 10])
@pytest.mark.parametrize("one_merchant", [True, False])
async def test_one_more_endpoint_is_reached_whoever_stalls(engine: Engine, stalling: int, one_merchant: bool) -> None:
    """Endpoints with a backlog answer after nearly the whole time limit, of one merchant or of many. Another one, of
    the same merchant or of another, has its message long before any of them has answered; theirs arrive, too."""
    outgoing = Outgoing(Guard(allow_loopback=True), connections=IN_ALL)
    sender, stopping = WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SecretBox(KEY), TIMEOUT_S), asyncio.Event()
    with ExitStack() as stack:
        slow, quick = [stack.enter_context(receiving()) for _ in range(stalling)], stack.enter_context(receiving())
        shops = [await open_shop(engine) for _ in range(1 if one_merchant else stalling)]
        for number, receiver in enumerate(slow):
            receiver.delay_s = STALLS_S
            await listen(shops[number % len(shops)], receiver.url(), events=("order.placed",))
        for shop in shops:
            for _ in range(MOST_TO_ONE + 2):
                await announce(shop, await shop.place())
        other: Shop = shops[0] if one_merchant else await open_shop(engine)
        running = asyncio.create_task(sender.run(stopping))
        await asyncio.sleep(0.5)
        await listen(other, quick.url(), events=("order.placed",))
        await announce(other, await other.place())
        sender.wake()
        began = asyncio.get_running_loop().time()
        while not quick.requests:
            await asyncio.sleep(0.01)
            assert asyncio.get_running_loop().time() - began < 1.5, "it waited for those that stall"
        assert all(1 <= len(receiver.requests) <= 4 for receiver in slow)
        stopping.set()
        await running
    await outgoing.close()


def test_a_quick_endpoint_has_more_places_with_each_answer() -> None:
    """Two at first, one more for each quick answer, eight at most; a late answer or none sets it back to two."""
    places = Places(SLOW_S)
    for expected in (2, 3, 4, 5, 6, 7, 8, 8):
        held = [place for _ in range(10) if (place := places.take(1, 7, 0.0)) is not None]
        assert len(held) == expected
        places.leave(held.pop(), 0.1, answered=True)
        for place in held:
            places.give_back(place)
    for answered, at_s in ((True, 2.5), (False, 0.1)):
        place = places.take(1, 7, 0.0)
        assert place is not None
        places.leave(place, at_s, answered=answered)
        held = [place for _ in range(10) if (place := places.take(1, 7, 0.0)) is not None]
        assert len(held) == 2
        for place in held:
            places.give_back(place)


def test_no_merchant_takes_more_than_half() -> None:
    """Forty endpoints of one merchant leave the other half to others; so do forty slow ones of forty merchants."""
    places = Places(SLOW_S)
    assert sum(places.take(1, endpoint, 0.0) is not None for endpoint in range(40)) == AT_ONCE // 2
    assert sum(places.take(2, 100 + endpoint, 0.0) is not None for endpoint in range(40)) == AT_ONCE // 2
    assert not places.any_free(0.0)

    places = Places(SLOW_S)
    for endpoint in range(40):
        place = places.take(endpoint, endpoint, 0.0)
        if place is not None:
            places.leave(place, 3.0, answered=True)
    assert sum(places.take(endpoint, endpoint, 10.0) is not None for endpoint in range(40)) == AT_ONCE // 2
    assert places.take(99, 99, 10.0) is not None
    assert set(range(40)) <= places.full(10.0)


def test_what_takes_long_gives_its_place_away() -> None:
    """Under way for longer than is quick, messages stand aside, in bounds: of a merchant, and in all."""
    places, number = Places(SLOW_S), 0
    for second in range(0, 60, 3):
        for merchant in range(20):
            number += places.take(merchant, 1_000 * second + merchant, float(second)) is not None
    assert number == IN_ALL
    assert not places.any_free(100.0)
    places = Places(SLOW_S)
    taken = sum(places.take(1, 100 * s + e, float(s)) is not None for s in range(0, 60, 3) for e in range(20))
    assert taken == IN_ALL // 4
    assert places.take(2, 9_999, 60.0) is not None
