"""Ids from database sequences, in blocks, so that drawing one costs nothing.

One ``nextval`` of ``gerai_ids`` stands for a block of a thousand ids; no two processes ever share a block. Ids are
unique and roughly increasing; a restart skips what was left of a block.
"""

from __future__ import annotations

import asyncio
from collections import deque

from gerai.domain.refusals import Busy
from gerai.store.connection import Connection
from gerai.store.loads import NEXT_ID_BLOCKS

#: Ids per number drawn: one statement, and no lock, for a thousand of them (decision 0003).
BLOCK = 1000
_BLOCKS_AT_START = 2
_BLOCKS_AT_MOST = 64


class Ids:
    """Draws ids. ``low`` is set when the reserve wants a :meth:`refill`."""

    def __init__(self) -> None:
        self._next: int = 0
        self._end: int = 0
        self._blocks: deque[int] = deque()
        self._wanted = _BLOCKS_AT_START
        self._refilling = asyncio.Lock()
        self.low = asyncio.Event()
        self.low.set()

    def next(self) -> int:
        """A new id. Busy when the reserve ran out before the next refill."""
        if self._next == self._end:
            if not self._blocks:
                self.low.set()
                # Refused rather than waited for: a decision never waits.
                raise Busy()
            self._next = (self._blocks.popleft() - 1) * BLOCK + 1
            self._end = self._next + BLOCK
            if len(self._blocks) * 2 < self._wanted:
                self.low.set()
        value = self._next
        self._next += 1
        return value

    async def refill(self, connection: Connection) -> None:
        """Fetch blocks; the reserve doubles each time it was found empty, up to 64,000 ids."""
        # Both lanes and maintenance may come at once; whoever comes second finds the reserve full.
        async with self._refilling:
            if not self._blocks and self._end:
                self._wanted = min(self._wanted * 2, _BLOCKS_AT_MOST)
            missing = self._wanted - len(self._blocks)
            if missing > 0:
                cursor = await connection.execute(NEXT_ID_BLOCKS, (missing,))
                self._blocks.extend(row[0] for row in await cursor.fetchall())
            self.low.clear()
