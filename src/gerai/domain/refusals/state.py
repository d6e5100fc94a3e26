"""What exists, and in which state it is."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class NotFound(Refusal):
    """``thing``: order | invoice | payment | deposit | wallet | member | item | store | warehouse | location |
    courier_service | key."""

    thing: str
    id: str = ""
    code = "not_found"
    kind = Kind.NOT_FOUND


@dataclass(eq=False)
class StateConflict(Refusal):
    """The thing exists, but cannot do ``verb`` from ``state``."""

    thing: str
    id: str
    state: str
    verb: str
    code = "state_conflict"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The idempotency key was used for another request."""

    key: str
    code = "idempotency_key_reused"
    kind = Kind.CONFLICT
