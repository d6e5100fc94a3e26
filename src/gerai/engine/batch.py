"""The one writer: load → decide → write, many commands per transaction.

Commands that wait when a lane becomes free form its next batch. While one lane waits for its commit to be on disk, the
other one loads and decides; commands about the same wallet, order, stock or idempotency key stay in one lane, where one
batch takes them all. Futures are resolved only after the commit.

A command that wants a lock somebody else holds leaves the lanes: beside them a patient one tries such commands one at a
time, in turns. Whoever waits past its deadline is refused then, wherever its command stands.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from gerai.domain.refusals import Busy
from gerai.engine.acting import acting_now
from gerai.engine.batch_run import SHORT_LOCK_WAIT_MS, write
from gerai.engine.command import Command, Idempotency, Outcome, claims_of
from gerai.engine.directory import Directory
from gerai.engine.ids import Ids
from gerai.engine.lane import Lane, Waiting, WriterStats
from gerai.engine.outage import DatabaseState
from gerai.store.batch import WRITER_LOCK_WAIT_MS
from gerai.store.connection import Connection

#: How late a deadline may be noticed. One timer for all commands: one for each would cost an order more than its row.
_LOOK_EVERY_S: Final = 0.25
#: How far beyond the deadline what is under way may go: breaking it off in mid-commit leaves its outcome unknown.
_OVERDUE_BY_S: Final = 0.5
#: After somebody's lock was met, further ones are waited for only shortly for so long.
_WARY_FOR_S: Final = 5.0
#: How long a patient lane pauses when everything it has is being worked on by another.
_PAUSE_S: Final = 0.01


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
    database: DatabaseState = field(default_factory=lambda: DatabaseState("writer"))
    _lanes: list[Lane] = field(default_factory=list[Lane])
    _queue: deque[Waiting] = field(default_factory=deque[Waiting])
    _under_way: set[Any] = field(default_factory=set[Any])
    #: Commands for the patient lane, and what is thought to be locked by somebody else because of them.
    _parked: deque[Waiting] = field(default_factory=deque[Waiting])
    _suspects: set[Any] = field(default_factory=set[Any])
    _wary_until_s: float = -inf
    _finished: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _wake_patient: asyncio.Event = field(default_factory=asyncio.Event)
    _looking: bool = False
    _closing: bool = False
    _drained: bool = False
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def queue_length(self) -> int:
        """How many commands wait."""
        return len(self._queue) + len(self._parked)

    @property
    def parked(self) -> int:
        """How many want a lock somebody else holds; one of them may be tried just now."""
        return len(self._parked) + sum(lane.due_s < inf for lane in self._lanes[-1:])

    def put(self, command: Command[Any], idempotency: Idempotency | None) -> asyncio.Future[Outcome[Any]]:
        """Queue a command. Busy at once when the queue is full or the writer is closing."""
        # Refused at once: a queue without a bound would serve everybody after their deadline.
        if len(self._queue) + len(self._parked) >= self.queue_limit or self._closing:
            self.figures.busy += 1
            raise Busy()
        # Kept: asking for it is a system call in Python 3.11.
        loop = self._loop = self._loop or asyncio.get_running_loop()
        # Claims once: the queue may be looked through many times while a rival is under way.
        claims, due_s = claims_of(command, idempotency), loop.time() + self.deadline_s
        waiting = Waiting(command, idempotency, claims, due_s, loop.create_future(), acting_now())
        self._queue.append(waiting)
        self._wake.set()
        if not self._looking:
            self._looking = True
            loop.call_later(min(_LOOK_EVERY_S, self.deadline_s / 4), self._look, loop)
        return waiting.future

    async def run(self) -> None:
        """Write batches until :meth:`close` was called and nothing waits any more. A lane that breaks ends the others
        too; run again, it goes on with what waits."""
        self._drained = False
        *lanes, patient = self._lanes = [
            Lane(self.connect, self.directory, self.ids, self.figures, self.database) for _ in range(self.lanes + 1)
        ]
        async with asyncio.TaskGroup() as every:
            every.create_task(self._run_patient(patient), name="gerai-patient-lane")
            async with asyncio.TaskGroup() as quick:
                for lane in lanes:
                    quick.create_task(self._run_lane(lane))
            # Only now can nothing more be parked.
            self._drained = True
            self._wake_patient.set()

    def close(self) -> None:
        """Take no more commands; :meth:`run` ends once those accepted are done."""
        self._closing = True
        self._wake.set()

    async def _run_lane(self, lane: Lane) -> None:
        while True:
            # No artificial delay: what waits now is the batch. Under load the commits before it let it grow.
            batch = self._take()
            if batch:
                self.figures.batches += 1
                self.figures.commands += len(batch)
                self.figures.largest = max(self.figures.largest, len(batch))
                await self._write(lane, batch, self._lock_wait_ms())
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

    async def _write(self, lane: Lane, batch: list[Waiting], lock_wait_ms: int) -> bool:
        """Write them while nobody else works on what they claim; park those that a lock holds back. Returns whether
        there were none."""
        claims = {claim for waiting in batch for claim in waiting.claims}
        self._under_way |= claims
        try:
            locked = await write(lane, batch, lock_wait_ms)
        finally:
            self._under_way -= claims
        if locked:
            self._wary_until_s = asyncio.get_running_loop().time() + _WARY_FOR_S
            for waiting in locked:
                self._park(waiting)
        self._finished.set()
        return not locked

    def _take(self) -> list[Waiting]:
        """The next batch. A command that claims what another lane is working on stays in the queue: it would wait for
        that lane's locks, or lose the race for a key, and its whole batch with it. One that claims what somebody
        outside seems to hold is left to the patient lane."""
        batch: list[Waiting] = []
        rivals: list[Waiting] = []
        now_s = asyncio.get_running_loop().time()
        while self._queue and len(batch) < self.batch_limit:
            waiting = self._queue.popleft()
            # Nobody waits for an answer any more where the future is done: the command is carried out all the same.
            if waiting.deadline < now_s:
                self._refuse(waiting)
            elif self._under_way and not self._under_way.isdisjoint(waiting.claims):
                rivals.append(waiting)
            elif self._suspects and not self._suspects.isdisjoint(waiting.claims):
                self._park(waiting)
            else:
                batch.append(waiting)
        # Back at the head and in their order, so that nobody is overtaken for ever.
        self._queue.extendleft(reversed(rivals))
        return batch

    # --- locks of others -------------------------------------------------------------------

    def _lock_wait_ms(self) -> int:
        wary = self._wary_until_s > asyncio.get_running_loop().time()
        return SHORT_LOCK_WAIT_MS if wary else WRITER_LOCK_WAIT_MS

    def _park(self, waiting: Waiting) -> None:
        if waiting.locked:
            self._suspects.update(waiting.claims)
        self._parked.append(waiting)
        self._wake_patient.set()

    async def _run_patient(self, lane: Lane) -> None:
        """One parked command after the other, each by itself, in turns until it is done or its deadline has passed."""
        loop = asyncio.get_running_loop()
        while True:
            if not self._parked:
                if self._drained:
                    break
                self._wake_patient.clear()
                await self._wake_patient.wait()
                continue
            waiting = self._parked.popleft()
            if waiting.deadline < loop.time():
                self._refuse(waiting)
                self._forget_suspects()
            elif not self._under_way.isdisjoint(waiting.claims):
                self._parked.append(waiting)
                await asyncio.sleep(_PAUSE_S)
            elif await self._write(lane, [waiting], SHORT_LOCK_WAIT_MS):
                self._unpark(waiting)
        await lane.close()

    def _unpark(self, done: Waiting) -> None:
        """It was done, so nobody holds what it claims: those that waited only because of that, or were never tried by
        themselves, go back to the lanes."""
        self._suspects.difference_update(done.claims)
        back = [w for w in self._parked if not w.locked and self._suspects.isdisjoint(w.claims)]
        # The lanes of a writer that closes may have ended.
        if back and not self._closing:
            gone = set(map(id, back))
            self._parked = deque(w for w in self._parked if id(w) not in gone)
            self._queue.extendleft(reversed(back))
            self._wake.set()
            self._finished.set()

    def _forget_suspects(self) -> None:
        self._suspects &= {claim for waiting in self._parked if waiting.locked for claim in waiting.claims}

    # --- deadlines -------------------------------------------------------------------------

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse whoever waited too long, and break the link of a lane that works too long; again while any does."""
        now_s = loop.time()
        # Everybody has the same time, so the oldest stand first.
        while self._queue and self._queue[0].deadline < now_s:
            self._refuse(self._queue.popleft())
        if overdue := [waiting for waiting in self._parked if waiting.deadline < now_s]:
            self._parked = deque(waiting for waiting in self._parked if waiting.deadline >= now_s)
            for waiting in overdue:
                self._refuse(waiting)
            self._forget_suspects()
        for lane in self._lanes:
            if lane.due_s + _OVERDUE_BY_S < now_s:
                lane.drop()
        self._looking = bool(self._queue or self._parked) or any(lane.due_s < inf for lane in self._lanes)
        if self._looking:
            loop.call_later(min(_LOOK_EVERY_S, self.deadline_s / 4), self._look, loop)

    def _refuse(self, waiting: Waiting) -> None:
        self.figures.busy += 1
        if not waiting.future.done():
            waiting.future.set_exception(Busy())
