"""Keeps answers for a while, and sends one question for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Remembers what ``ask`` returned. ``keep_s`` is how long an answer is good (0: not at all); at most
    ``size`` answers are kept, the least recently used go first. Failures are not kept."""

    def __init__(
        self,
        ask: Callable[[K], Awaitable[V]],
        keep_s: Callable[[V], float],
        size: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._keep_s = keep_s
        self._size = size
        self._now = now
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._asking: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """The remembered answer, or a new one. Raises whatever ``ask`` raises, to every one who waited for it."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._now():
            self._kept.move_to_end(key)
            return kept[1]
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._learn(key))
            task.add_done_callback(_read_failure)
        # A caller that gives up must not take the question away from the others.
        return await asyncio.shield(task)

    async def _learn(self, key: K) -> V:
        try:
            answer = await self._ask(key)
        finally:
            del self._asking[key]
        keep_s = self._keep_s(answer)
        # Failures raise before this: an outage is never remembered.
        if keep_s > 0:
            self._kept[key] = (self._now() + keep_s, answer)
            self._kept.move_to_end(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return answer


def _read_failure(task: asyncio.Task[V]) -> None:
    """Somebody looks at every failure, also when all who waited have gone."""
    if not task.cancelled():
        task.exception()
