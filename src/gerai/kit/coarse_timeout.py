"""Time limits for many short waits, one timer for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

Result = TypeVar("Result")
#: How late a limit may be noticed.
_LOOK_EVERY_S: Final = 0.25


class _Wait:
    __slots__ = ("due_at_s", "overdue", "task")

    def __init__(self, task: asyncio.Task[object], due_at_s: float) -> None:
        self.task = task
        self.due_at_s = due_at_s
        self.overdue = False


class CoarseTimeout:
    """``asyncio.timeout(within_s)`` for waits that nearly always end at once; it may come a quarter of a second late.

    A timer that is set and cancelled costs a request more than reading its body does. Here a wait only writes itself
    down; while any is open, one timer looks a few times a second for those that are overdue. One object serves one
    event loop.
    """

    __slots__ = ("_every_s", "_looking", "_loop", "_open", "_within_s")

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._every_s = min(_LOOK_EVERY_S, within_s)
        self._open: set[_Wait] = set()
        self._looking = False
        # Kept: asking for the running loop is a system call in Python 3.11.
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait(self, awaitable: Awaitable[Result]) -> Result:
        """What ``awaitable`` returns. TimeoutError when it takes longer; it is cancelled then."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("not inside a task of the loop that this was first used in")
        wait = _Wait(task, loop.time() + self._within_s)
        self._open.add(wait)
        if not self._looking:
            self._looking = True
            loop.call_later(self._every_s, self._look, loop)
        try:
            return await awaitable
        except asyncio.CancelledError:
            # Somebody else may have cancelled the task, too: then it must end.
            if wait.overdue and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._open.discard(wait)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now_s = loop.time()
        for wait in [wait for wait in self._open if wait.due_at_s <= now_s]:
            wait.overdue = True
            self._open.discard(wait)
            wait.task.cancel()
        self._looking = bool(self._open)
        if self._looking:
            loop.call_later(self._every_s, self._look, loop)
