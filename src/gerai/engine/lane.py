"""One lane of the writer: a connection, and the batches that go over it, one transaction each.

What the commands of a batch need is loaded (and locked) with one statement per table; each is decided in arrival order
on the working copy; everything that changed is written with one statement per table and committed, all in one round
trip. What follows when the database will not: ``batch_run.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any, Final

import structlog

from gerai.domain.refusals import Broken, Busy, Refusal
from gerai.engine.acting import Acting
from gerai.engine.changes import changes
from gerai.engine.command import Command, Idempotency, Outcome
from gerai.engine.decision import DecisionContext, find_made, keep_key
from gerai.engine.directory import Directory
from gerai.engine.ids import Ids
from gerai.engine.loading import LoadRequest, load
from gerai.engine.outage import DatabaseState
from gerai.engine.state import State
from gerai.engine.subscriptions import SUBSCRIBED_CHANNELS, defer_webhooks
from gerai.kit.clock import real_now
from gerai.store.batch import commit
from gerai.store.connection import Connection, DatabaseError, drop
from gerai.store.faults import FOR_EVERYBODY, Fault, fault_of

log = structlog.get_logger("gerai.batch")

#: How long leaving a failed transaction may take before its connection is given up.
_ROLLBACK_WITHIN_S: Final = 1.0


@dataclass(slots=True)
class Waiting:
    """A command in the queue, and the future its sender waits on. ``claims``: what no two lanes may work on at once.
    ``acting``: the act of the desk that it is part of.
    ``locked``: by itself it did not get a lock that somebody else holds."""

    command: Command[Any]
    idempotency: Idempotency | None
    claims: tuple[Any, ...]
    deadline: float
    future: asyncio.Future[Outcome[Any]]
    acting: Acting | None = None
    locked: bool = False


@dataclass
class WriterStats:
    """What the writer did so far, for the metrics.

    ``commands`` were taken into ``batches``; of these ``refused`` raised a refusal, ``replays`` were served from their
    idempotency key, ``alone`` ran again by themselves. ``busy`` were not taken: the queue was full or they waited too
    long. ``unknown``: the link broke while they were written. ``largest`` is the biggest batch.
    """

    batches: int = 0
    commands: int = 0
    refused: int = 0
    replays: int = 0
    alone: int = 0
    busy: int = 0
    unknown: int = 0
    largest: int = 0


#: The time of one batch by merchant and environment.
Moments = dict[tuple[int, str], datetime]
Decided = list[tuple[Waiting, Outcome[Any] | BaseException]]


@dataclass
class Lane:
    """Owns one connection. One batch at a time."""

    connect: Callable[[], Awaitable[Connection]]
    directory: Directory
    ids: Ids
    figures: WriterStats
    database: DatabaseState
    #: When the attempt under way must have ended, on the loop's clock.
    due_s: float = inf
    #: The attempt under way has sent what it writes.
    writing: bool = False
    #: The last attempt failed as everybody's would.
    unable: bool = False
    _dropped: bool = False
    _connection: Connection | None = None

    async def attempt(self, batch: list[Waiting], lock_wait_ms: int) -> Decided:
        """Load, decide and write these commands in one transaction. After a DatabaseError :meth:`failed`
        is next."""
        self.writing = self._dropped = False
        self.due_s = batch[0].deadline
        connection, state = await self._loaded(batch, lock_wait_ms)
        moments: Moments = {}
        decided: Decided = [(waiting, self._decide(waiting, state, moments)) for waiting in batch]
        written = [*changes(state)]
        # From here on a broken connection leaves open whether the commit arrived (refusal).
        self.writing = True
        await commit(connection, written)
        self.due_s, self.unable = inf, False
        if self.database.fault is not None:
            self.database.worked()
        return decided

    async def failed(self, error: DatabaseError, batch: list[Waiting]) -> Fault:
        """Leave the failed transaction; returns what was wrong."""
        if self._dropped:
            log.warning("batch.overdue", commands=len(batch))
        fault = fault_of(error) if self._dropped else self.database.failed(error)
        unknown = fault is Fault.LOST and self.writing
        if unknown:
            self.figures.unknown += len(batch)
            log.error("batch.outcome_unknown", error=str(error).strip(), commands=len(batch))
        self.unable = fault in FOR_EVERYBODY and not unknown
        # A server that became a standby stays one: by its name another may be found.
        await self.give_up(error, keep=fault is not Fault.READ_ONLY)
        return fault

    def refusal(self, fault: Fault) -> Refusal:
        """The refusal of a command whose attempt failed so. When the link broke while writing, whether the commit
        arrived is unknown, so nothing is run a second time; otherwise nothing was done."""
        return Broken(detail="outcome unknown") if fault is Fault.LOST and self.writing else Busy()

    def drop(self) -> None:
        """Break the link: the attempt under way takes too long, and ends at once."""
        self._dropped = True
        if self._connection is not None:
            drop(self._connection)

    async def give_up(self, error: BaseException, *, keep: bool = True) -> None:
        """Leave the failed transaction; close the connection if even that does not work, or unless ``keep``."""
        connection, self.due_s = self._connection, asyncio.get_running_loop().time() + _ROLLBACK_WITHIN_S
        if connection is None or connection.closed:
            self.due_s = inf
            return
        try:
            # Kept rather than closed: every statement is prepared on it already.
            await (connection.execute("ROLLBACK") if keep else connection.close())
        except DatabaseError:
            log.warning("batch.reconnecting", error=str(error).strip())
            await connection.close()
        finally:
            self.due_s = inf

    async def _loaded(self, batch: list[Waiting], lock_wait_ms: int) -> tuple[Connection, State]:
        """Begin the transaction on a connection that works. It may have broken since the last batch; nothing has been
        written yet, so a second try on a fresh one is safe."""
        asked = [(waiting.command, waiting.idempotency) for waiting in batch]
        had_one = self._connection is not None and not self._connection.closed
        try:
            return await self._load(asked, lock_wait_ms)
        except DatabaseError as error:
            if not had_one or self._dropped or fault_of(error) not in (Fault.LOST, Fault.STOPPING):
                raise
            await self.give_up(error)
            self.due_s = batch[0].deadline
            return await self._load(asked, lock_wait_ms)

    async def _load(self, asked: Sequence[LoadRequest], lock_wait_ms: int) -> tuple[Connection, State]:
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = await self.connect()
        # Maintenance refills in the background, but a burst may be faster, and a command without ids is refused.
        if self.ids.low.is_set():
            await self.ids.refill(connection)
        state = State()
        await load(connection, state, asked, lock_wait_ms)
        return connection, state

    def _decide(self, waiting: Waiting, state: State, moments: Moments) -> Outcome[Any] | Refusal:
        """One command. Those of one batch happen at one moment of their merchant's clock."""
        command, idempotency = waiting.command, waiting.idempotency
        try:
            if idempotency is not None and (made := find_made(state, command, idempotency)) is not None:
                self.figures.replays += 1
                # Who waits for it reads it after the commit: it may be of this very batch.
                return Outcome(made, replayed=True)
            merchant = self.directory.merchant(command.merchant_id)
            clock = (command.merchant_id, command.environment)
            # Read once per batch: it is cheaper, equal times are packed once, and rows of one batch agree.
            now = moments.get(clock) or moments.setdefault(clock, merchant.now(command.environment))
            context = DecisionContext(now, merchant, command.environment, self.ids.next)
            answer = command.decide(state, context)
            if idempotency is not None:
                keep_key(state, command, idempotency, answer, now)
            if waiting.acting is not None:
                noted = command.audited(answer)
                state.audit.append(waiting.acting.entry(command.merchant_id, real_now(), noted))
            # Known from memory: without endpoints, webhooks cost an order nothing (decision 0009).
            if listening := self.directory.get(SUBSCRIBED_CHANNELS, command.merchant_id):
                defer_webhooks(state, command.merchant_id, listening)
        except Refusal as refusal:
            state.rollback_command()
            self.figures.refused += 1
            return refusal
        except Exception as error:
            # A bug in one operation must not take the rest of the batch with it.
            state.rollback_command()
            log.exception("command.broken", command=type(command).__name__)
            return Broken(detail=repr(error))
        state.commit_command()
        return Outcome(answer, replayed=False)

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            await self._connection.close()
