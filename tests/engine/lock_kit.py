"""What becomes of requests while somebody holds a lock."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from gerai.domain.refusals import Busy


@dataclass
class Answers:
    """What became of many requests, and how long each took."""

    done: int = 0
    busy: int = 0
    others: list[BaseException] = field(default_factory=list[BaseException])
    seconds: list[float] = field(default_factory=list[float])

    async def ask(self, act: Callable[[], Awaitable[Any]]) -> None:
        """One request."""
        began = time.monotonic()
        try:
            await act()
            self.done += 1
        except Busy:
            self.busy += 1
        except Exception as error:
            self.others.append(error)
        self.seconds.append(time.monotonic() - began)

    async def ask_until(self, stop: asyncio.Event, act: Callable[[], Awaitable[Any]], pause_s: float = 0.0) -> None:
        """One after the other."""
        while not stop.is_set():
            await self.ask(act)
            await asyncio.sleep(pause_s)

    def percentile(self, percent: int) -> float:
        """In seconds."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, math.ceil(len(self.seconds) * percent / 100))]
