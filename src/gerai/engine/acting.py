"""Who acts, and how what is done is written down: in the transaction that does it.

An act of the desk (``engine/desk``) runs in a block of :func:`acting`. Whatever it changes, by a command or by an
operator's operation on master data (``merchants/open.py: changing``), finds it here and writes its entry beside the
change. Commands of doors and workers run outside of such a block: their record is the order's events.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from gerai.domain.records import AuditEntry
from gerai.domain.refusals import IdempotencyKeyReused
from gerai.engine.command import Idempotency
from gerai.engine.made import Made, decode_made, encode_made
from gerai.kit.clock import real_now
from gerai.store import audit, idempotency
from gerai.store.connection import Connection

ActorKind = Literal["person", "key", "operator"]
#: The reason that the audit keeps where somebody at the terminal says nothing; their name stands beside it.
UNSAID: Final = "no reason given"


class Actor(msgspec.Struct, frozen=True):
    """Who acts: a person at the desk, a key of the administration's API, an operator at the terminal. ``id`` names it
    for ever, ``name`` as it is called now."""

    kind: ActorKind
    id: str
    name: str = ""

    @property
    def label(self) -> str:
        """As events keep it: ``operator:ani``."""
        return f"{self.kind}:{self.id}"


@dataclass
class Acting:
    """An act under way. ``key``: it is done once under this idempotency key. ``permissions``: what its actor may.
    ``target`` and ``facts``: what it says of itself (:meth:`about`) before its transaction ends."""

    actor: Actor
    act: str
    environment: str
    reason: str = ""
    request_id: str = ""
    key: Idempotency | None = None
    permissions: frozenset[str] = frozenset()
    target: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def about(self, target: int | str, **facts: Any) -> None:
        """Name what is made or changed, by its id; ``facts`` are kept with it and hold no secret."""
        self.target, self.facts = str(target), facts

    def entry(self, merchant_id: int, at: datetime, noted: Mapping[str, Any] | None = None) -> AuditEntry:
        """The row that is written. ``noted``: what is known only now, beside its facts."""
        facts = {**self.facts, **(noted or {})}
        return AuditEntry(
            merchant_id, self.environment, self.actor.kind, self.actor.id, self.actor.name, self.act, self.target,
            self.reason, facts, self.request_id, at,
        )  # fmt: skip


class ActReplayed(Exception):
    """The act was done before under the same idempotency key; nothing is done now. No refusal: its caller gets what was
    made then."""

    def __init__(self, made: Made) -> None:
        super().__init__(made.target)
        self.made = made


_UNDER_WAY: ContextVar[Acting | None] = ContextVar("gerai_acting", default=None)


def acting_now() -> Acting | None:
    """The act that this runs in, if any."""
    return _UNDER_WAY.get()


@contextmanager
def acting(act: Acting) -> Generator[Acting]:
    """What is changed in this block is this act's."""
    token = _UNDER_WAY.set(act)
    try:
        yield act
    finally:
        _UNDER_WAY.reset(token)


@contextmanager
def beside() -> Generator[None]:
    """What is changed in this block follows from the act under way by itself, as a worker would do it later: it is no
    act, and is not written down as one."""
    token = _UNDER_WAY.set(None)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def by_actor() -> str:
    """Who acts now, as events keep it; empty: nobody does."""
    act = acting_now()
    return "" if act is None else act.actor.label


def why_now() -> str:
    """Why somebody acts now, as it is kept with money and given to a gateway; empty: they did not say."""
    act = acting_now()
    return "" if act is None or act.reason == UNSAID else act.reason


async def begin(connection: Connection, merchant_id: int, act: Acting) -> None:
    """At the beginning of a transaction over master data: take the act's idempotency key. A rival under the same key is
    waited for. Raises ActReplayed; refuses IdempotencyKeyReused."""
    key = act.key
    if key is None or await idempotency.take(connection, merchant_id, act.environment, key, real_now()):
        return
    stored = await idempotency.stored(connection, merchant_id, act.environment, key)
    if stored is None or stored[0] != key.fingerprint:
        raise IdempotencyKeyReused(key.key)
    raise ActReplayed(decode_made(stored[1]))


async def end(connection: Connection, merchant_id: int, act: Acting) -> None:
    """At its end: write the entry, and what the key made."""
    await audit.write(connection, act.entry(merchant_id, real_now()))
    if act.key is not None:
        made = encode_made(Made(target=act.target))
        await idempotency.keep_made(connection, merchant_id, act.environment, act.key, made)
