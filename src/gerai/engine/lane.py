"""One lane of the writer: a connection, and the batches that go over it, one transaction each.

What the commands of a batch need is loaded (and locked) with one statement per table; each is decided in arrival order
on the working copy; everything that changed is written with one statement per table and committed, all in one round
trip.

When the database rejects a batch for a reason no command foresaw, it is rolled back and its commands run one by one: a
poisoned command fails alone, and a command that lost a race (an idempotency key, an e-mail address) is decided again
and finds the winner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from gerai.domain.refusals import Broken, Busy, Refusal
from gerai.engine.changes import changes
from gerai.engine.command import Command, Idempotency, Outcome
from gerai.engine.decision import DecisionContext, find_made, keep_key
from gerai.engine.directory import Directory
from gerai.engine.ids import Ids
from gerai.engine.loading import LoadRequest, load
from gerai.engine.state import State
from gerai.engine.subscriptions import SUBSCRIBED_CHANNELS, defer_webhooks
from gerai.store.batch import commit
from gerai.store.connection import RACES, Connection, ConnectionLost, DatabaseError

log = structlog.get_logger("gerai.batch")

# Each lost race means that somebody else's commit went through, so a few tries suffice; more would hide a fault.
_TRIES_ALONE = 5


@dataclass(slots=True)
class Waiting:
    """A command in the queue, and the future its sender waits on. ``claims``: what no two lanes may work on at once."""

    command: Command[Any]
    idempotency: Idempotency | None
    claims: tuple[Any, ...]
    deadline: float
    future: asyncio.Future[Outcome[Any]]


@dataclass
class WriterStats:
    """What the writer did so far, for the metrics.

    ``commands`` were taken into ``batches``; of these ``refused`` raised a refusal, ``replays`` were served from their
    idempotency key, ``alone`` ran again by themselves. ``busy`` were not taken: the queue was full or they waited too
    long. ``largest`` is the biggest batch.
    """

    batches: int = 0
    commands: int = 0
    refused: int = 0
    replays: int = 0
    alone: int = 0
    busy: int = 0
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
    _writing: bool = False
    _connection: Connection | None = None

    async def write(self, batch: list[Waiting]) -> None:
        """Run these commands and resolve their senders' futures, once the transaction is committed."""
        self.figures.batches += 1
        self.figures.commands += len(batch)
        self.figures.largest = max(self.figures.largest, len(batch))
        try:
            decided = await self._attempt(batch)
        except DatabaseError as error:
            await self._give_up(error)
            # Rolled back, so nothing is done twice; after a broken connection nothing is run again at all.
            decided = await self._one_by_one(batch, error)
        except Exception as error:
            # A fault of ours outside of any command: whoever waits must get an answer, and the lane must go on.
            log.exception("batch.broken")
            await self._give_up(error)
            if self._writing:
                decided = [(waiting, Broken(detail=repr(error))) for waiting in batch]
            else:
                # Nothing was sent: one command's value may be more than a column holds, and harms nobody else.
                decided = await self._one_by_one(batch, error)
        for waiting, result in decided:
            # Its caller has gone; the command was carried out all the same.
            if waiting.future.done():
                continue
            if isinstance(result, BaseException):
                waiting.future.set_exception(result)
            else:
                waiting.future.set_result(result)

    async def _one_by_one(self, batch: list[Waiting], first_error: Exception) -> Decided:
        """Run each command in its own transaction, so that the one at fault fails alone."""
        # The driver derives deadlocks and the like from the same class; those were rolled back for certain.
        if isinstance(first_error, ConnectionLost) and not isinstance(first_error, RACES):
            log.error("batch.connection_lost", error=str(first_error), commands=len(batch))
            return [(waiting, self._lost()) for waiting in batch]
        if len(batch) > 1:
            log.info("batch.split", error=type(first_error).__name__, commands=len(batch))
        decided: Decided = []
        for waiting in batch:
            self.figures.alone += 1
            decided.append((waiting, await self._alone(waiting)))
        return decided

    async def _alone(self, waiting: Waiting) -> Outcome[Any] | BaseException:
        last: DatabaseError | None = None
        for _ in range(_TRIES_ALONE):
            try:
                [(_, result)] = await self._attempt([waiting])
            except RACES as error:
                await self._give_up(error)
                last = error
            except ConnectionLost as error:
                await self._give_up(error)
                log.error("batch.connection_lost", error=str(error), commands=1)
                return self._lost()
            except DatabaseError as error:
                await self._give_up(error)
                last = error
                # A constraint objects: it would object again.
                break
            except Exception as error:
                # A fault of ours, as in write(): the lane and its other commands must go on.
                log.exception("command.broken", command=type(waiting.command).__name__)
                await self._give_up(error)
                return Broken(detail=repr(error))
            else:
                return result
        log.error("command.rejected", command=type(waiting.command).__name__, error=str(last))
        return Broken(detail=f"{type(last).__name__}")

    def _lost(self) -> Refusal:
        """The refusal when the connection broke. While writing, whether the commit arrived is unknown, so nothing is
        run a second time; before that, nothing was done."""
        return Broken(detail="connection lost") if self._writing else Busy()

    async def _give_up(self, error: BaseException) -> None:
        """Leave the failed transaction; drop the connection if even that does not work."""
        connection, self._connection = self._connection, None
        if connection is None or connection.closed:
            return
        try:
            # Kept rather than closed: every statement is prepared on it already.
            await connection.execute("ROLLBACK")
        except DatabaseError:
            log.warning("batch.reconnecting", error=str(error))
            await connection.close()
        else:
            self._connection = connection

    async def _attempt(self, batch: list[Waiting]) -> Decided:
        """Load, decide and write these commands in one transaction."""
        self._writing = False
        connection, state = await self._loaded(batch)
        moments: Moments = {}
        decided: Decided = [(waiting, self._decide(waiting, state, moments)) for waiting in batch]
        written = [*changes(state)]
        # From here on a broken connection leaves open whether the commit arrived (_lost).
        self._writing = True
        await commit(connection, written)
        return decided

    async def _loaded(self, batch: list[Waiting]) -> tuple[Connection, State]:
        """Begin the transaction on a connection that works. It may have broken since the last batch; nothing has been
        written yet, so a second try on a fresh one is safe."""
        asked = [(waiting.command, waiting.idempotency) for waiting in batch]
        try:
            return await self._load(asked)
        except ConnectionLost as error:
            if isinstance(error, RACES):
                raise
            await self._give_up(error)
            return await self._load(asked)

    async def _load(self, asked: Sequence[LoadRequest]) -> tuple[Connection, State]:
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = await self.connect()
        # Maintenance refills in the background, but a burst may be faster, and a command without ids is refused.
        if self.ids.low.is_set():
            await self.ids.refill(connection)
        state = State()
        await load(connection, state, asked)
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
