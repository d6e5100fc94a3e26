"""Values as they come in JSON and as this contract writes them: exact numbers, times, free data, telephones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def exact(value: Any) -> Decimal | None:
    """A JSON number as an exact decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def timestamp(at: datetime) -> str:
    """``2025-01-30T07:11:48.000000Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def second(at: datetime) -> str:
    """``2025-01-29T20:28:08Z``, as webhooks write the times of an order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole(value: Any) -> int | None:
    """A JSON number without a fraction, of a sane size, as an integer; None for anything else."""
    number = exact(value)
    if number is None or abs(number) > 10**18 or number != int(number):
        return None
    return int(number)


def kept_json(value: dict[str, Any]) -> str:
    """A free object as text: the database would sort the keys of an object. Empty for an empty one."""
    return _encode(value).decode() if value else ""


def free_object(kept: str | dict[str, Any] | None) -> dict[str, Any]:
    """What :func:`kept_json` kept; earlier orders kept the object itself."""
    return msgspec.json.decode(kept) if isinstance(kept, str) and kept else kept or {}


def plain_phone(value: str) -> str:
    """Digits only; an Indonesian mobile number begins with 62."""
    digits = re.sub(r"[^0-9]", "", value)
    if digits.startswith("08"):
        return "62" + digits[1:]
    if digits.startswith("8") and not value.startswith("+") and len(digits) >= 9:
        return "62" + digits
    return digits
