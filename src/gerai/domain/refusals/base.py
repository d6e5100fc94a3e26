"""What every refusal is: a stable code, a kind, and the facts as fields."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """The family of a refusal; a door may price a whole family alike."""

    NOT_AUTHENTICATED = "not_authenticated"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    CONFLICT = "conflict"
    FUNDS = "funds"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(eq=False)
class Refusal(Exception):
    """Base of all refusals. ``retryable``: the same request may succeed later, unchanged."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.INVALID
    retryable: ClassVar[bool] = False

    def facts(self) -> dict[str, Any]:
        """The fields, for logs (never secrets: a refusal must not hold one)."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __str__(self) -> str:
        return f"{self.code} {self.facts()}"
