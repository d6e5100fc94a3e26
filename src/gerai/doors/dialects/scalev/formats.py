"""Values as this contract writes them: times, and free data that is kept as text."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.doors.http.times import rfc3339

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def timestamp(at: datetime) -> str:
    """``2025-01-30T07:11:48.000000Z``."""
    return rfc3339(at, 6)


def second(at: datetime) -> str:
    """``2025-01-29T20:28:08Z``, as webhooks write the times of an order."""
    return rfc3339(at)


def kept_json(value: dict[str, Any]) -> str:
    """A free object as text: the database would sort the keys of an object. Empty for an empty one."""
    return _encode(value).decode() if value else ""


def free_object(kept: str | dict[str, Any] | None) -> dict[str, Any]:
    """What :func:`kept_json` kept; earlier orders kept the object itself."""
    return msgspec.json.decode(kept) if isinstance(kept, str) and kept else kept or {}
