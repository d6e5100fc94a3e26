"""What exists, and in which state it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class NotFound(Refusal):
    """``thing``: order | invoice | payment | deposit | refund | wallet | member | item | store | warehouse | location |
    courier_service | key. ``more``: ids of the others that were asked for at once and do not exist either."""

    thing: str
    id: str = ""
    more: tuple[str, ...] = ()
    code = "not_found"
    kind = Kind.NOT_FOUND

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that was not found."""
        return (self.id, *self.more)


class Conflict(NamedTuple):
    """What cannot do ``verb`` from ``state``."""

    thing: str
    id: str
    state: str
    verb: str


@dataclass(eq=False)
class StateConflict(Refusal):
    """The thing exists, but cannot do ``verb`` from ``state``. ``more``: the others that were to change at once and
    cannot either."""

    thing: str
    id: str
    state: str
    verb: str
    more: tuple[Conflict, ...] = ()
    code = "state_conflict"
    kind = Kind.CONFLICT

    @classmethod
    def of_all(cls, conflicts: list[Conflict]) -> StateConflict:
        """One refusal that names them all; of at least one."""
        first, *more = conflicts
        return cls(*first, more=tuple(more))

    @property
    def all(self) -> tuple[Conflict, ...]:
        """Everything that cannot."""
        return (Conflict(self.thing, self.id, self.state, self.verb), *self.more)


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The idempotency key was used for another request."""

    key: str
    code = "idempotency_key_reused"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class ChangedMeanwhile(Refusal):
    """Somebody changed it since it was looked at: nothing is overwritten that was not seen."""

    thing: str
    id: str
    code = "changed_meanwhile"
    kind = Kind.CONFLICT
