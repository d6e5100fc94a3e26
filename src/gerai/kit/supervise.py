"""Long-running tasks under watch: one that ends is started again, and one that keeps failing is given up with a reason.

A process whose task is dead looks healthy from outside and does nothing. So nothing runs for long without a
:class:`Supervisor`, and whoever started it ends the process once :attr:`Supervisor.gave_up` is set.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, cast

import structlog

from gerai.kit.tasks import end, to_the_end

log = structlog.get_logger("gerai.supervisor")
#: Failures in a row, each without a healthy stretch before it, after which a task is given up.
FAILURES_AT_MOST: Final = 8
#: A task that ran this long was healthy: its failures are counted from one again.
HEALTHY_AFTER_S: Final = 60.0
#: The pause before a new start doubles from the first to the longest; after an excused failure to a shorter one, so
#: that work goes on soon once what is beneath is back.
FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 5.0
_LONGEST_EXCUSED_S: Final = 2.0


class GaveUp(Exception):
    """A task failed too often in a row. The text says which, how often, and how it ended the last time."""


class Ended(Exception):
    """A task returned although it should run on."""


class Silent(Exception):
    """A task lived and did nothing for too long."""


@dataclass
class TaskState:
    """One task. Times are Unix seconds; ``alive_since`` is None while it does not run. ``failures``: in a row."""

    alive_since: float | None = None
    restarts: int = 0
    failures: int = 0
    last_failure: str = ""
    failed_at: float | None = None


async def _never(_: Exception) -> bool:
    return False


class Supervisor:
    """Runs named coroutine functions. ``excused``: whether a failure is that of something beneath (a database that is
    away); it is tried again for as long as that lasts and never leads to giving up.

    ``states`` holds every name from the beginning.
    """

    def __init__(
        self,
        *names: str,
        excused: Callable[[Exception], Awaitable[bool]] = _never,
        failures_at_most: int = FAILURES_AT_MOST,
        healthy_after_s: float = HEALTHY_AFTER_S,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        self.states = {name: TaskState() for name in names}
        #: Set when a task was given up; ``reason`` then says why.
        self.gave_up = asyncio.Event()
        self.reason: GaveUp | None = None
        self._excused = excused
        self._failures_at_most = failures_at_most
        self._healthy_after_s = healthy_after_s
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._finishing = {name: asyncio.Event() for name in names}
        self._beats: dict[str, float] = {}
        self._progress: dict[str, float] = {}
        self._beating: set[str] = set()

    def start(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        silent_at_most_s: float | None = None,
        first: asyncio.Task[None] | None = None,
    ) -> None:
        """Run this until :meth:`finish` or :meth:`stop`. With ``silent_at_most_s`` it must :meth:`beat` at least that
        often. ``first``: a life of it that has begun already."""
        self._finishing[name].clear()
        if silent_at_most_s is not None:
            self._beating.add(name)
        begun = [first] if first is not None else []
        keeper = self._keep(name, lambda: begun.pop() if begun else run(), silent_at_most_s)
        self._keepers[name] = asyncio.create_task(keeper, name=f"gerai-{name}")

    def beat(self, name: str) -> None:
        """A sign of progress of this task."""
        self._beats[name] = self._progress[name] = time.monotonic()

    def silent_s(self, name: str) -> float | None:
        """Seconds since this task's last sign of progress, None when it has shown none; of one that need not beat: 0
        while it runs. That it was started again is no progress."""
        if name not in self._beating:
            return None if self.states[name].alive_since is None else 0.0
        last_s = self._progress.get(name)
        return None if last_s is None else time.monotonic() - last_s

    async def finish(self, *names: str) -> None:
        """These may return now; wait until they have. A failure meanwhile is logged and ends the wait."""
        for name in names:
            self._finishing[name].set()
        await asyncio.gather(*(self._keepers[name] for name in names if name in self._keepers), return_exceptions=True)

    async def stop(self) -> None:
        """Cancel what still runs and wait for its end."""
        await end(*self._keepers.values())
        self._keepers.clear()

    # --- one task ---------------------------------------------------------------------------

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]], silent_at_most_s: float | None) -> None:
        state, finishing = self.states[name], self._finishing[name]
        ends_in_a_row = 0
        while True:
            began = time.monotonic()
            failure = await self._live(name, run, silent_at_most_s)
            if failure is None:
                return
            if time.monotonic() - began >= self._healthy_after_s:
                ends_in_a_row = state.failures = 0
            ends_in_a_row += 1
            excused = await self._is_excused(failure)
            self._note(name, failure, excused)
            if state.failures >= self._failures_at_most:
                self._give_up(name, state)
                return
            longest_s = min(self._longest_pause_s, _LONGEST_EXCUSED_S) if excused else self._longest_pause_s
            with contextlib.suppress(TimeoutError):
                pause_s = min(longest_s, self._first_pause_s * 2 ** min(ends_in_a_row - 1, 16))
                await asyncio.wait_for(finishing.wait(), pause_s)
            if finishing.is_set():
                return
            state.restarts += 1

    async def _live(
        self, name: str, run: Callable[[], Awaitable[None]], silent_at_most_s: float | None
    ) -> Exception | None:
        """One life of the task: how it failed; None when it ended because it should."""
        state = self.states[name]
        task = asyncio.ensure_future(run())
        self._beats[name] = time.monotonic()
        state.alive_since = time.time()
        try:
            if not await self._until_silent(name, task, silent_at_most_s):
                return Silent(f"{name} made no progress for {silent_at_most_s:g} s")
        finally:
            state.alive_since = None
            await to_the_end(end(task))
        # One that cancels itself has failed like any other.
        error = Ended("cancelled") if task.cancelled() else _out_of_its_group(task.exception())
        if error is not None and not isinstance(error, Exception):
            raise error
        if error is None and not self._finishing[name].is_set():
            return Ended(f"{name} returned")
        return error

    async def _until_silent(self, name: str, task: asyncio.Future[None], silent_at_most_s: float | None) -> bool:
        """Wait for the task's end. False: it made no progress for too long."""
        while True:
            left_s = None if silent_at_most_s is None else self._beats[name] + silent_at_most_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return False
            done, _ = await asyncio.wait({task}, timeout=left_s)
            if done:
                return True

    async def _is_excused(self, failure: Exception) -> bool:
        try:
            return await self._excused(failure)
        except Exception:
            # The watch itself must not be what ends a task for good.
            log.exception("supervisor.broken")
            return False

    def _note(self, name: str, failure: Exception, excused: bool) -> None:
        """Keep how it failed, and log it; with where, unless it is no fault of the code."""
        state = self.states[name]
        state.failures += not excused
        state.last_failure, state.failed_at = describe(failure), time.time()
        facts = {"task": name, "reason": state.last_failure, "failures": state.failures}
        if excused:
            log.warning("task.ended", **facts)
        elif isinstance(failure, Ended | Silent):
            log.error("task.ended", **facts)
        else:
            log.error("task.ended", **facts, exc_info=failure)

    def _give_up(self, name: str, state: TaskState) -> None:
        text = f"{name} failed {state.failures} times in a row, at last: {state.last_failure}"
        log.error("task.given_up", task=name, failures=state.failures, reason=state.last_failure)
        if self.reason is None:
            self.reason = GaveUp(text)
        self.gave_up.set()


def _out_of_its_group(error: BaseException | None) -> BaseException | None:
    """What one of several tasks raised comes in a group of one."""
    if isinstance(error, BaseExceptionGroup):
        inside = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return _out_of_its_group(inside[0]) if len(inside) == 1 else RuntimeError("; ".join(map(describe, inside)))
    return error


def describe(error: BaseException) -> str:
    """One line: what the exception says, else its kind."""
    return " ".join(str(error).split()) or type(error).__name__
