"""Remembered answers: for a while, bounded, never failures."""

from __future__ import annotations

import asyncio

import pytest

from gerai.partners.lookups.roblox.memory import Memory


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def test_an_answer_is_good_for_its_time() -> None:
    """Until the time is over nobody is asked again; afterwards once."""
    clock, asked = Clock(), list[int]()

    async def ask(key: int) -> int:
        asked.append(key)
        return key * 2

    memory: Memory[int, int] = Memory(ask, lambda _: 10.0, 100, clock)
    assert [await memory.get(1), await memory.get(1)] == [2, 2]
    clock.now_s = 9.99
    await memory.get(1)
    assert asked == [1]
    clock.now_s = 10.0
    await memory.get(1)
    assert asked == [1, 1]


async def test_the_least_recently_used_goes_first() -> None:
    """The memory is bounded; a hit counts as use."""
    asked: list[int] = []

    async def ask(key: int) -> int:
        asked.append(key)
        return key

    memory: Memory[int, int] = Memory(ask, lambda _: 10.0, 2, Clock())
    for key in (1, 2, 1, 3, 1, 2):
        await memory.get(key)
    assert asked == [1, 2, 3, 2]


async def test_failures_are_not_kept_and_reach_every_waiter() -> None:
    """All who wait for a failing question learn of it; the next one asks anew."""
    asked: list[int] = []

    async def ask(key: int) -> int:
        asked.append(key)
        await asyncio.sleep(0)
        raise ValueError(key)

    memory: Memory[int, int] = Memory(ask, lambda _: 10.0, 2, Clock())
    found = await asyncio.gather(memory.get(1), memory.get(1), return_exceptions=True)
    assert [type(answer) for answer in found] == [ValueError, ValueError]
    with pytest.raises(ValueError, match="1"):
        await memory.get(1)
    assert asked == [1, 1]
