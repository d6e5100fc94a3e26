"""Ending tasks for certain."""

from __future__ import annotations

import asyncio

import pytest

from gerai.kit import tasks


async def test_a_task_that_swallows_its_cancellation_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `asyncio.wait_for` of Python 3.11 does it: the first one is lost, the next one counts."""
    monkeypatch.setattr(tasks, "_AGAIN_AFTER_S", 0.01)
    swallowed = 0

    async def deaf() -> None:
        nonlocal swallowed
        while swallowed < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
        await asyncio.Event().wait()

    async def broken() -> None:
        raise ZeroDivisionError

    async def done() -> int:
        return 1

    started = [asyncio.create_task(act()) for act in (deaf, broken, done)]
    await asyncio.sleep(0)
    await asyncio.wait_for(tasks.end(*started), 10)
    assert swallowed == 2
    assert [task.cancelled() for task in started] == [True, False, False]


async def test_no_tasks_are_no_wait() -> None:
    """Nothing to end is no mistake, as it is for `asyncio.wait`."""
    with pytest.raises(ValueError, match="empty"):
        await asyncio.wait([])
    assert await asyncio.wait_for(tasks.end(), 1) is None


async def test_what_must_not_be_cut_off_goes_on() -> None:
    """Cancelled twice, the caller ends cancelled, and only when the act is over; else its result is returned."""
    over: list[str] = []

    async def act() -> str:
        await asyncio.sleep(0.05)
        over.append("done")
        return "result"

    assert await tasks.to_the_end(act()) == "result"
    caller = asyncio.create_task(tasks.to_the_end(act()))
    for _ in range(2):
        await asyncio.sleep(0.01)
        caller.cancel()
    await asyncio.wait({caller})
    assert caller.cancelled()
    assert over == ["done", "done"]


async def test_a_failure_of_such_an_act_is_raised() -> None:
    """It is not lost in the waiting."""

    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await tasks.to_the_end(broken())
