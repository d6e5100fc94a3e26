"""Ending tasks."""

from __future__ import annotations

import asyncio
from typing import Any, Final

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
