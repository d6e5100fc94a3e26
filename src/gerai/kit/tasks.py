"""Ending tasks, and what must not be cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")
_AGAIN_AFTER_S: Final = 1.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel these tasks and wait until they have ended, however they end.

    One that goes on is cancelled again: before Python 3.12, ``asyncio.wait_for`` swallows a cancellation that comes
    together with the answer, and the connection pool waits with it.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_AFTER_S)
    await asyncio.gather(*tasks, return_exceptions=True)


async def to_the_end(act: Coroutine[Any, Any, T]) -> T:
    """The result of ``act``, which goes on to its end also when the caller is cancelled; that is raised afterwards."""
    task = asyncio.ensure_future(act)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break
    if cancelled is not None:
        raise cancelled
    return task.result()
