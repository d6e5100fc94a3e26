"""Long-running tasks under watch: started again with a pause, given up with a reason, ended when asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from gerai.kit.supervise import Supervisor


class _Beneath(Exception):
    """What a task stands on is away."""


async def _excused(error: Exception) -> bool:
    return isinstance(error, _Beneath)


def supervisor(*names: str, **limits: float) -> Supervisor:
    """One that is in a hurry."""
    chosen = {"failures_at_most": 3, "healthy_after_s": 60.0, "first_pause_s": 0.01, "longest_pause_s": 0.02} | limits
    chosen["failures_at_most"] = int(chosen["failures_at_most"])
    return Supervisor(*names, excused=_excused, **chosen)  # pyright: ignore[reportArgumentType]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_task_that_ended_is_started_again() -> None:
    """Raised or plainly returned: it runs again, and its state keeps how it ended; another task is not disturbed."""
    endings: list[Exception | None] = [ZeroDivisionError("a division"), None]
    lives = 0

    async def frail() -> None:
        nonlocal lives
        lives += 1
        if endings:
            if (error := endings.pop(0)) is not None:
                raise error
            return
        await forever()

    watch = supervisor("frail", "sound")
    assert watch.states["frail"].alive_since is None
    watch.start("sound", forever)
    watch.start("frail", frail)
    await until(lambda: lives == 3)
    state = watch.states["frail"]
    assert (state.restarts, state.failures, state.last_failure) == (2, 2, "frail returned")
    assert state.alive_since is not None
    assert abs(state.alive_since - time.time()) < 5
    assert (watch.states["sound"].restarts, watch.states["sound"].last_failure) == (0, "")
    assert not watch.gave_up.is_set()
    await watch.stop()
    assert [state.alive_since for state in watch.states.values()] == [None, None]


async def test_one_that_keeps_failing_is_given_up() -> None:
    """After so many failures in a row: no further start, and the reason names task, number and last failure."""
    lives = 0

    async def broken() -> None:
        nonlocal lives
        lives += 1
        raise ZeroDivisionError(f"life {lives}")

    watch = supervisor("broken", "sound")
    watch.start("sound", forever)
    watch.start("broken", broken)
    await asyncio.wait_for(watch.gave_up.wait(), 5)
    await asyncio.sleep(0.05)
    assert lives == 3
    assert str(watch.reason) == "broken failed 3 times in a row, at last: life 3"
    assert watch.states["sound"].alive_since is not None
    await watch.stop()


async def test_a_healthy_stretch_forgives() -> None:
    """Failures far apart are not in a row: a task that works in between is never given up."""
    lives = 0

    async def now_and_then() -> None:
        nonlocal lives
        lives += 1
        await asyncio.sleep(0.03)
        raise ZeroDivisionError

    watch = supervisor("frail", healthy_after_s=0.02)
    watch.start("frail", now_and_then)
    await until(lambda: lives >= 6)
    assert not watch.gave_up.is_set()
    assert watch.states["frail"].failures <= 1
    await watch.stop()


async def test_what_is_beneath_may_be_away_for_long() -> None:
    """Failures that are excused are tried again for ever; others among them still count."""
    lives = 0

    async def away() -> None:
        raise _Beneath("the database is away")

    async def cut_off() -> None:
        nonlocal lives
        lives += 1
        if lives == 2:
            raise ZeroDivisionError
        # What one of several tasks raised comes in a group.
        async with asyncio.TaskGroup() as group:
            group.create_task(away())

    watch = supervisor("cut off")
    watch.start("cut off", cut_off)
    await until(lambda: lives >= 8)
    state = watch.states["cut off"]
    assert (state.failures, state.last_failure, watch.gave_up.is_set()) == (1, "the database is away", False)
    await watch.stop()


async def test_a_silent_task_is_started_again() -> None:
    """One that lives and makes no progress is ended and started again; one that beats is left alone."""
    lives = {"hung": 0, "busy": 0}
    watch = supervisor("hung", "busy", failures_at_most=100)

    async def hung() -> None:
        lives["hung"] += 1
        await forever()

    async def busy() -> None:
        lives["busy"] += 1
        while True:
            watch.beat("busy")
            await asyncio.sleep(0.01)

    watch.start("hung", hung, silent_at_most_s=0.1)
    watch.start("busy", busy, silent_at_most_s=0.5)
    await until(lambda: lives["hung"] == 3)
    assert lives["busy"] == 1
    assert watch.states["hung"].last_failure == "hung made no progress for 0.1 s"
    await watch.stop()


async def test_asked_to_finish_it_may_return() -> None:
    """A return after `finish` is no failure, also while a new start is being waited for."""
    asked = asyncio.Event()

    async def obedient() -> None:
        await asked.wait()

    async def broken() -> None:
        raise ZeroDivisionError

    watch = supervisor("obedient", "broken", first_pause_s=60, longest_pause_s=60)
    watch.start("obedient", obedient)
    watch.start("broken", broken)
    await until(lambda: watch.states["broken"].failures == 1)
    asked.set()
    await asyncio.wait_for(watch.finish("obedient", "broken"), 5)
    assert (watch.states["obedient"].failures, watch.states["obedient"].restarts) == (0, 0)
    assert watch.states["broken"].restarts == 0
    await watch.stop()


@pytest.mark.parametrize("excuse", ["raises", "hangs not"])
async def test_the_watch_outlives_its_excuse(excuse: str) -> None:
    """A fault in asking whether a failure is excused does not leave the task dead."""
    lives = 0

    async def asking(_: Exception) -> bool:
        if excuse == "raises":
            raise ValueError
        return False

    async def frail() -> None:
        nonlocal lives
        lives += 1
        raise ZeroDivisionError

    started: Callable[[], Awaitable[None]] = frail
    watch = Supervisor("frail", excused=asking, failures_at_most=3, first_pause_s=0.01)
    watch.start("frail", started)
    await asyncio.wait_for(watch.gave_up.wait(), 5)
    assert lives == 3
    await watch.stop()
