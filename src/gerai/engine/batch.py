"""The one writer: load → decide → write, many commands per transaction.

Commands that wait when a lane becomes free form its next batch. While one lane waits for its commit to be on disk, the
other one loads and decides; commands about the same wallet, order, stock or idempotency key stay in one lane, where one
batch takes them all. Futures are resolved only after the commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from gerai.domain.refusals import Busy
from gerai.engine.command import NOTHING, Command, Idempotency, Outcome
from gerai.engine.directory import Directory
from gerai.engine.ids import Ids
from gerai.engine.lane import Lane, Waiting, WriterStats
from gerai.store.connection import Connection


@dataclass
class Writer:
    """The queue, and the lanes that empty it."""

    connect: Callable[[], Awaitable[Connection]]
    directory: Directory
    ids: Ids
    queue_limit: int = 2048
    batch_limit: int = 256
    deadline_s: float = 10.0
    lanes: int = 2
    figures: WriterStats = field(default_factory=WriterStats)
    _lanes: list[Lane] = field(default_factory=list[Lane])
    _queue: deque[Waiting] = field(default_factory=deque[Waiting])
    _under_way: set[Any] = field(default_factory=set[Any])
    _finished: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def queue_length(self) -> int:
        """How many commands wait."""
        return len(self._queue)

    def put(self, command: Command[Any], idempotency: Idempotency | None) -> asyncio.Future[Outcome[Any]]:
        """Queue a command. Busy at once when the queue is full or the writer is closing."""
        # Refused at once: a queue without a bound would serve everybody after their deadline.
        if len(self._queue) >= self.queue_limit or self._closing:
            self.figures.busy += 1
            raise Busy()
        loop = self._loop
        if loop is None:
            # Kept: asking for it is a system call in Python 3.11.
            loop = self._loop = asyncio.get_running_loop()
        # Worked out once: the queue may be looked through many times while a rival is under way.
        claims = _claims(command, idempotency)
        waiting = Waiting(command, idempotency, claims, loop.time() + self.deadline_s, loop.create_future())
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
            # No artificial delay: what waits now is the batch. Under load the commits before it let it grow.
            batch = self._take()
            if batch:
                claims = {claim for waiting in batch for claim in waiting.claims}
                self._under_way |= claims
                await lane.write(batch)
                self._under_way -= claims
                self._finished.set()
            # Everything that waits is claimed by the other lane. No await between this look and the wait: no end is
            # missed.
            elif self._queue:
                self._finished.clear()
                await self._finished.wait()
            elif self._closing:
                break
            else:
                self._wake.clear()
                await self._wake.wait()
        await lane.close()

    def _take(self) -> list[Waiting]:
        """The next batch. A command that claims what another lane is working on stays in the queue: it would wait for
        that lane's locks, or lose the race for a key, and its whole batch with it."""
        now = asyncio.get_running_loop().time()
        batch: list[Waiting] = []
        rivals: list[Waiting] = []
        while self._queue and len(batch) < self.batch_limit:
            waiting = self._queue.popleft()
            # Nobody waits for an answer any more where the future is done: the command is carried out all the same.
            if waiting.deadline < now:
                self.figures.busy += 1
                if not waiting.future.done():
                    waiting.future.set_exception(Busy())
            elif self._under_way and not self._under_way.isdisjoint(waiting.claims):
                rivals.append(waiting)
            else:
                batch.append(waiting)
        # Back at the head and in their order, so that nobody is overtaken for ever.
        self._queue.extendleft(reversed(rivals))
        return batch


def _claims(command: Command[Any], idempotency: Idempotency | None) -> tuple[Any, ...]:
    """Its idempotency key, and the rows it names to be locked. Members are found by contact and not locked."""
    needs, of = command.needs(), command.merchant_id
    claims: list[Any] = []
    if idempotency is not None:
        claims.append((of, command.environment, idempotency.owner, idempotency.operation, idempotency.key))
    if needs is not NOTHING:
        claims += [(of, "account", account_id) for account_id in needs.accounts]
        claims += [(of, "order", order_id) for order_id in needs.orders]
        claims += [(of, "stock", stock_id) for stock_id in needs.stock]
        claims += [(of, "deposit", deposit_id) for deposit_id in needs.deposits]
    return tuple(claims)
