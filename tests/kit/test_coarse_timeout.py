"""Time limits that share one timer."""

from __future__ import annotations

import asyncio

import pytest

from gerai.kit.coarse_timeout import CoarseTimeout


async def test_what_ends_in_time_is_returned_and_nothing_stays_behind() -> None:
    """A wait that ends in time returns its result; no later look cancels its task."""
    limit = CoarseTimeout(0.05)

    async def quick() -> int:
        await asyncio.sleep(0)
        return 7

    assert await limit.wait(quick()) == 7
    # Longer than the limit, in the same task: a wait that was forgotten would be cancelled here.
    await asyncio.sleep(0.2)
    assert asyncio.current_task() is not None
    assert not asyncio.current_task().cancelling()  # type: ignore[union-attr]


async def test_what_takes_longer_is_ended_and_its_task_goes_on() -> None:
    """An overdue wait raises TimeoutError within a quarter of a second; the task can wait again afterwards."""
    limit = CoarseTimeout(0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TimeoutError):
        await limit.wait(asyncio.sleep(30))
    assert loop.time() - began < 5
    assert await limit.wait(asyncio.sleep(0, "again")) == "again"


async def test_each_wait_has_its_own_limit() -> None:
    """Of many waits that run at once only those that take too long are ended."""
    limit = CoarseTimeout(0.3)
    results = await asyncio.gather(
        *(limit.wait(asyncio.sleep(0.01 if i % 2 else 30, i)) for i in range(20)), return_exceptions=True
    )
    assert [r for r in results if not isinstance(r, BaseException)] == list(range(1, 20, 2))
    assert sum(isinstance(r, TimeoutError) for r in results) == 10


async def test_a_task_that_somebody_else_cancels_ends() -> None:
    """Cancelled from outside, the wait raises CancelledError, never TimeoutError."""
    limit = CoarseTimeout(30)
    task = asyncio.create_task(limit.wait(asyncio.sleep(30)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_from_outside_and_overdue_at_once_it_ends() -> None:
    """Where both come before the task runs again, somebody who wants it to end is obeyed."""
    limit = CoarseTimeout(0.05)
    began = asyncio.Event()

    async def long() -> None:
        began.set()
        await asyncio.sleep(30)

    task = asyncio.create_task(limit.wait(long()))
    await began.wait()
    # Both in one turn of the loop: the timer's look, and the cancellation.
    [wait] = limit._open  # pyright: ignore[reportPrivateUsage]
    wait.due_at_s = 0
    limit._look(asyncio.get_running_loop())  # pyright: ignore[reportPrivateUsage]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
