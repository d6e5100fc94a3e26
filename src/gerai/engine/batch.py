"""The one writer: load → decide → write, many commands per transaction.

Commands that wait when a lane becomes free form its next batch. While one lane waits for its commit to be on disk, the
other one loads and decides; row locks keep them apart where they meet. Answers are given only after the commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection

from gerai.domain.refusals import Busy
from gerai.engine.command import Command, Idempotency, Outcome
from gerai.engine.directory import Directory
from gerai.engine.ids import Ids
from gerai.engine.lane import Figures, Lane, Waiting

#: What an idempotency key is unique in: merchant, environment, owner, operation, key.
Name = tuple[int, str, str, str, str]


@dataclass
class Writer:
    """The queue, and the lanes that empty it."""

    connect: Callable[[], Awaitable[AsyncConnection]]
    directory: Directory
    ids: Ids
    queue_limit: int = 2048
    batch_limit: int = 256
    deadline_s: float = 10.0
    lanes: int = 2
    figures: Figures = field(default_factory=Figures)
    _lanes: list[Lane] = field(default_factory=list[Lane])
    _queue: deque[Waiting] = field(default_factory=deque[Waiting])
    _under_way: set[Name] = field(default_factory=set[Name])
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False

    @property
    def queue_length(self) -> int:
        """How many commands wait."""
        return len(self._queue)

    def put(self, command: Command[Any], idempotency: Idempotency | None) -> asyncio.Future[Outcome[Any]]:
        """Queue a command. Busy at once when the queue is full or the writer is closing."""
        if len(self._queue) >= self.queue_limit or self._closing:
            self.figures.busy += 1
            raise Busy()
        loop = asyncio.get_running_loop()
        waiting = Waiting(command, idempotency, loop.time() + self.deadline_s, loop.create_future())
        self._queue.append(waiting)
        self._wake.set()
        return waiting.future

    async def run(self) -> None:
        """Write batches until :meth:`close` was called and the queue is empty."""
        self._lanes = [Lane(self.connect, self.directory, self.ids, self.figures) for _ in range(self.lanes)]
        await asyncio.gather(*map(self._run_lane, self._lanes))

    def close(self) -> None:
        """Take no more commands; :meth:`run` ends once those accepted are done."""
        self._closing = True
        self._wake.set()

    async def _run_lane(self, lane: Lane) -> None:
        while True:
            batch = self._take()
            if batch:
                names = [name for waiting in batch if (name := _name(waiting)) is not None]
                self._under_way.update(names)
                await lane.write(batch)
                self._under_way.difference_update(names)
                self._wake.set()
            elif self._closing and not self._queue:
                break
            else:
                self._wake.clear()
                await self._wake.wait()
        await lane.close()

    def _take(self) -> list[Waiting]:
        """The next batch. A command whose rival under the same idempotency key is being written waits for it: it would
        lose the race, and its whole batch would have to run again."""
        now = asyncio.get_running_loop().time()
        batch: list[Waiting] = []
        rivals: list[Waiting] = []
        while self._queue and len(batch) < self.batch_limit:
            waiting = self._queue.popleft()
            if waiting.future.done():
                continue
            if waiting.deadline < now:
                self.figures.busy += 1
                waiting.future.set_exception(Busy())
            elif self._under_way and _name(waiting) in self._under_way:
                rivals.append(waiting)
            else:
                batch.append(waiting)
        self._queue.extendleft(reversed(rivals))
        return batch


def _name(waiting: Waiting) -> Name | None:
    key = waiting.idempotency
    if key is None:
        return None
    return (waiting.command.merchant_id, waiting.command.environment, key.owner, key.operation, key.key)
