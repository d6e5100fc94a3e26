"""What becomes of the commands of one batch, whatever the database says to it.

The batch is one transaction. When the database rejects it, nothing of it was done, and it is taken apart:

* Somebody holds a lock that one of them wants: they are tried in ever smaller parts, until those that want it are left.
* A command is at fault, or has lost a race (an idempotency key, an e-mail address): each runs by itself; the poisoned
  one fails alone, the loser is decided again and finds the winner.
* The server cannot for now: those it cannot do are busy.
* The link broke while the transaction was being written: nobody knows whether it was. Nothing is ever run twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog

from gerai.domain.refusals import Broken, Busy, Refusal
from gerai.engine.command import Outcome
from gerai.engine.lane import Decided, Lane, Waiting
from gerai.store.connection import DatabaseError
from gerai.store.faults import FOR_EVERYBODY, Fault

log = structlog.get_logger("gerai.batch")

# Each lost race means that somebody else's commit went through, so a few tries suffice; more would hide a fault.
_TRIES_ALONE: Final = 5
#: How long one lock is waited for once it is known that somebody holds one. Their own transactions take 5-50 ms.
SHORT_LOCK_WAIT_MS: Final = 50
#: How long parts of a batch are tried; those that are left go on by themselves, outside of the lane.
_APART_FOR_S: Final = 1.0


async def write(lane: Lane, batch: list[Waiting], lock_wait_ms: int) -> list[Waiting]:
    """Run these commands and resolve their senders' futures, once their transaction is committed.

    Returns those that were not done because of a lock somebody else holds; nothing of theirs was written.
    """
    try:
        locked = await _settle(lane, batch, lock_wait_ms)
        return locked if len(locked) < 2 else await _apart(lane, locked)
    except BaseException:
        # The lane broke. Whether they were carried out is unknown, and nobody else would answer.
        _refuse(batch, partial(Broken, detail="the writer broke"))
        raise


async def _settle(lane: Lane, batch: list[Waiting], lock_wait_ms: int) -> list[Waiting]:
    """One attempt with all of them; what is rejected runs one by one. Returns those that a lock held back."""
    if len(batch) == 1:
        return await _alone(lane, batch[0], lock_wait_ms)
    try:
        decided = await lane.attempt(batch, lock_wait_ms)
    except DatabaseError as error:
        fault = await lane.failed(error, batch)
        if fault is Fault.LOCKED:
            return batch
        if fault in FOR_EVERYBODY:
            _refuse(batch, partial(lane.refusal, fault))
            return []
        log.info("batch.split", reason=fault.value, error=type(error).__name__, commands=len(batch))
        return await _one_by_one(lane, batch)
    except Exception as error:
        # A fault of ours outside of any command: whoever waits must get an answer, and the lane must go on.
        log.exception("batch.broken")
        await lane.give_up(error)
        if not lane.writing:
            # Nothing was sent: one command's value may be more than a column holds, and harms nobody else.
            return await _one_by_one(lane, batch)
        _refuse(batch, partial(Broken, detail=repr(error)))
        return []
    _resolve(decided)
    return []


async def _apart(lane: Lane, batch: list[Waiting]) -> list[Waiting]:
    """Try halves, quarters and so on, the largest parts first, so that most are done at once; returns those that a
    lock holds back, or that there was no time to try."""
    until_s = asyncio.get_running_loop().time() + _APART_FOR_S
    parts, locked = deque([batch]), list[Waiting]()
    while parts:
        part = parts.popleft()
        if len(part) > 1 and asyncio.get_running_loop().time() < until_s:
            middle = len(part) // 2
            for half in (part[:middle], part[middle:]):
                if left := await _settle(lane, half, SHORT_LOCK_WAIT_MS):
                    parts.append(left)
        else:
            for waiting in part:
                waiting.locked = len(part) == 1
            locked += part
    log.info("batch.locked", commands=len(batch), held_back=len(locked))
    return locked


async def _one_by_one(lane: Lane, batch: list[Waiting]) -> list[Waiting]:
    """Each command in its own transaction, so that the one at fault fails alone."""
    locked: list[Waiting] = []
    for number, waiting in enumerate(batch):
        lane.figures.alone += 1
        locked += await _alone(lane, waiting, SHORT_LOCK_WAIT_MS)
        if lane.unable:
            # As it would be with those after it; nothing of theirs was begun.
            _refuse(batch[number + 1 :], Busy)
            break
    return locked


async def _alone(lane: Lane, waiting: Waiting, lock_wait_ms: int) -> list[Waiting]:
    if waiting.deadline < asyncio.get_running_loop().time():
        lane.figures.busy += 1
        _refuse([waiting], Busy)
        return []
    last: DatabaseError | None = None
    for _ in range(_TRIES_ALONE):
        try:
            decided = await lane.attempt([waiting], lock_wait_ms)
        except DatabaseError as error:
            last = error
            fault = await lane.failed(error, [waiting])
            if fault is Fault.RACE:
                lane.figures.alone += 1
                continue
            if fault is Fault.REJECTED:
                # A constraint objects: it would object again.
                break
            if fault is Fault.LOCKED:
                waiting.locked = True
                return [waiting]
            _refuse([waiting], partial(lane.refusal, fault))
        except Exception as error:
            # A fault of ours, as in _settle.
            log.exception("command.broken", command=type(waiting.command).__name__)
            await lane.give_up(error)
            _refuse([waiting], partial(Broken, detail=repr(error)))
        else:
            _resolve(decided)
        return []
    log.error("command.rejected", command=type(waiting.command).__name__, error=str(last))
    _refuse([waiting], partial(Broken, detail=type(last).__name__))
    return []


def _resolve(decided: Decided) -> None:
    for waiting, result in decided:
        _answer(waiting, result)


def _refuse(batch: list[Waiting], refusal: Callable[[], Refusal]) -> None:
    # One for each: whoever raises it writes into it.
    for waiting in batch:
        _answer(waiting, refusal())


def _answer(waiting: Waiting, result: Outcome[Any] | BaseException) -> None:
    # Its caller has gone; the command was carried out all the same.
    if waiting.future.done():
        return
    if isinstance(result, BaseException):
        waiting.future.set_exception(result)
    else:
        waiting.future.set_result(result)
