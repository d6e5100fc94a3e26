"""Turns at the database for whoever reads much: of one merchant so many at once, so that the others have theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from gerai.domain.refusals import RateLimited
from gerai.kit.clock import unix_s


@dataclass(eq=False)
class _Line:
    places: asyncio.Semaphore
    #: Who has a place or waits for one.
    there: int = 0


class Turns:
    """``at_once`` of one merchant; ``waiting`` more wait for their turn, ``wait_s`` at most."""

    def __init__(self, at_once: int, waiting: int, wait_s: float) -> None:
        self._at_once, self._waiting, self._wait_s = at_once, waiting, wait_s
        self._lines: dict[int, _Line] = {}

    @asynccontextmanager
    async def one(self, merchant_id: int) -> AsyncGenerator[None]:
        """A turn for this block. Refuses RateLimited: too many of this merchant wait, or it did not come in time."""
        line = self._lines.setdefault(merchant_id, _Line(asyncio.Semaphore(self._at_once)))
        if line.there >= self._at_once + self._waiting:
            raise self._refusal()
        line.there += 1
        try:
            try:
                async with asyncio.timeout(self._wait_s):
                    await line.places.acquire()
            except TimeoutError:
                raise self._refusal() from None
            try:
                yield
            finally:
                line.places.release()
        finally:
            line.there -= 1
            if not line.there:
                del self._lines[merchant_id]

    def _refusal(self) -> RateLimited:
        return RateLimited(self._at_once, int(unix_s()) + 1, 1)


#: Of the desk's reads in this process: half of the connections that it reads by.
READS: Final = Turns(4, 40, 5.0)
