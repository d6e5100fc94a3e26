"""Ids from database sequences, in blocks, so that drawing one costs nothing.

One ``nextval`` of ``gerai_ids`` stands for a block of a thousand ids; no two processes ever share a block. Ids are
unique and roughly increasing; a restart skips what was left of a block.
"""

from __future__ import annotations

from collections import deque

from psycopg import AsyncConnection

from gerai.domain.refusals import Busy
from gerai.store.loads import NEXT_ID_BLOCKS

BLOCK = 1000
_BLOCKS_AT_START = 2
_BLOCKS_AT_MOST = 64


class Ids:
    """Draws ids; :meth:`refill` is called by the batch whenever :attr:`low`."""

    def __init__(self) -> None:
        self._next = 0
        self._end = 0
        self._blocks: deque[int] = deque()
        self._wanted = _BLOCKS_AT_START

    def next(self) -> int:
        """A new id. Busy when the reserve ran out before the next refill."""
        if self._next == self._end:
            if not self._blocks:
                raise Busy()
            self._next = (self._blocks.popleft() - 1) * BLOCK + 1
            self._end = self._next + BLOCK
        value = self._next
        self._next += 1
        return value

    @property
    def low(self) -> bool:
        """Less than half of the wanted reserve is left."""
        return len(self._blocks) * 2 < self._wanted

    async def refill(self, connection: AsyncConnection) -> None:
        """Fetch blocks; the reserve doubles each time it was found empty, up to 64,000 ids."""
        if not self._blocks and self._end:
            self._wanted = min(self._wanted * 2, _BLOCKS_AT_MOST)
        cursor = await connection.execute(NEXT_ID_BLOCKS, (self._wanted - len(self._blocks),))
        self._blocks.extend(row[0] for row in await cursor.fetchall())
