"""Turns at the database: nobody's crowd takes those of others."""

from __future__ import annotations

import asyncio

import pytest

from gerai.domain.refusals import RateLimited
from gerai.doors.http.turns import Turns


async def test_so_many_of_one_merchant_and_others_beside() -> None:
    """Two of a merchant at once, three more wait and get theirs, the rest is refused at once; of another merchant one
    is there at once. Afterwards all turns are free."""
    turns, inside, most = Turns(2, 3, 5.0), 0, 0
    go_on = asyncio.Event()

    async def one(merchant_id: int) -> str:
        nonlocal inside, most
        async with turns.one(merchant_id):
            inside, most = inside + 1, max(most, inside + 1)
            await go_on.wait()
            inside -= 1
        return "seen"

    crowd = [asyncio.create_task(one(1)) for _ in range(8)]
    await asyncio.sleep(0.05)
    assert [task.done() for task in crowd] == [False] * 5 + [True] * 3
    other = asyncio.create_task(one(2))
    await asyncio.sleep(0.05)
    assert inside == 3
    go_on.set()
    results = await asyncio.gather(*crowd, other, return_exceptions=True)
    assert [isinstance(one, RateLimited) for one in results] == [False] * 5 + [True] * 3 + [False]
    assert (inside, most) == (0, 3)
    async with turns.one(1), turns.one(1):
        pass


async def test_a_turn_that_does_not_come_is_refused() -> None:
    """Whoever waits too long, or goes away while they wait, takes nobody's place."""
    turns = Turns(1, 3, 0.05)
    async with turns.one(1):
        with pytest.raises(RateLimited) as refused:
            async with turns.one(1):
                raise AssertionError
        assert refused.value.retry_after_s == 1
        gone = asyncio.create_task(turns.one(1).__aenter__())
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
    async with turns.one(1):
        pass
