"""One act done to many things: to each for itself, in its own transaction and under its own idempotency key.

So each has an answer of its own, and whoever sends the same again does nothing twice: what was done is found under its
key, what could not be done is tried anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog

from gerai.domain.refusals import Broken, Busy, InputInvalid, Kind, Refusal
from gerai.engine.desk.fields import LARGEST_PAGE
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, DeskCaller, Done, checked_key, checked_reason, perform
from gerai.engine.outage import refusal_behind

#: ``again``: it was done before under the same key; ``busy``: it may be tried again as it is.
BulkState = Literal["done", "again", "refused", "busy"]
log = structlog.get_logger("gerai.desk")
#: As many as a page of a list has.
MOST: Final = LARGEST_PAGE
_AT_ONCE: Final = 8
#: Whoever asked waits no longer for what was not begun; it is busy, and can be sent again.
_BEGUN_WITHIN_S: Final = 20
_TRY_AGAIN: Final = frozenset({Kind.UNAVAILABLE, Kind.TOO_MANY})


@dataclass(frozen=True)
class BulkAnswer:
    """What came of one thing, by its ``id``. ``done``: of what was done; ``refusal``: why it was not."""

    id: int
    state: BulkState
    done: Done | None = None
    refusal: Refusal | None = None


async def perform_each(
    act: Act, within: Within, given: Sequence[Any], caller: DeskCaller, *, reason: str = "", key: str = ""
) -> list[BulkAnswer]:
    """Do an act to each of these, which are inputs of it, and return what came of each, in their order. ``key``: the
    idempotency key of all; each has one made of it and its id.

    Refuses as a whole, before anything is done: PermissionMissing, InputInvalid (no act for many; none, too many, or
    one twice; a reason that lacks or does not fit).
    """
    caller.require(act.permission)
    require_many(act, [one.id for one in given])
    checked_reason(reason, needed=act.reasoned)
    checked_key(key)
    places, loop = asyncio.Semaphore(_AT_ONCE), asyncio.get_running_loop()
    until_s = loop.time() + _BEGUN_WITHIN_S

    async def answer(one: Any) -> BulkAnswer:
        async with places:
            if loop.time() > until_s:
                return BulkAnswer(one.id, "busy", refusal=Busy())
            own_key = f"{key}:{one.id}" if key else ""
            return await _answer(act, within, one, caller, reason, own_key)

    return await asyncio.gather(*map(answer, given))


def require_many(act: Act, ids: Sequence[int]) -> None:
    """Refuses InputInvalid: it is no act for many; or these are none, too many, or one is named twice."""
    if act.bulk is None:
        raise InputInvalid({"act": [f"{act.name} is done to one at a time"]})
    twice = [str(one) for one, count in Counter(ids).items() if count > 1]
    if not ids:
        raise InputInvalid({"id": ["is required"]})
    if len(ids) > MOST:
        raise InputInvalid({"id": [f"at most {MOST} at once"]})
    if twice:
        raise InputInvalid({"id": [f"named twice: {', '.join(twice)}"]})


async def _answer(act: Act, within: Within, one: Any, caller: DeskCaller, reason: str, key: str) -> BulkAnswer:
    try:
        done = await perform(act, within, one, caller, reason=reason, key=key)
    except Exception as error:
        refusal = refusal_behind(error)
        if refusal is None:
            # Whatever it is: the others have their own answers.
            log.exception("desk.bulk_broken", act=act.name, id=one.id, request_id=caller.request_id)
            refusal = Broken(caller.request_id)
        return BulkAnswer(one.id, "busy" if refusal.kind in _TRY_AGAIN else "refused", refusal=refusal)
    return BulkAnswer(one.id, "again" if done.replayed else "done", done)
