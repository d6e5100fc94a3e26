"""What is written beside the things themselves: events, which creates were done already, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened, written in the transaction that made it true. The database numbers it."""

    merchant_id: int
    environment: str
    order_id: int | None
    name: str
    facts: dict[str, Any]
    created_at: datetime


class IdempotencyRecord(msgspec.Struct, frozen=True):
    """A create that was done. ``answer``: the ids of what it made, as JSON (``gerai.engine.made``)."""

    merchant_id: int
    environment: str
    owner: str
    operation: str
    key: str
    fingerprint: bytes
    answer: bytes
    created_at: datetime


class AuditEntry(msgspec.Struct, frozen=True):
    """An act that was done, written in its transaction. The database numbers it. ``actor_kind``: person | key |
    operator (at the terminal). ``target``: the id of what was made or changed; ``facts`` hold no secret."""

    merchant_id: int
    environment: str
    actor_kind: str
    actor: str
    actor_name: str
    act: str
    target: str
    reason: str
    facts: dict[str, Any]
    request_id: str
    created_at: datetime
