"""What is written beside the things themselves: events, and which creates were done already."""

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
