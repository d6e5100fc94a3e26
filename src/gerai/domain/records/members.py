"""Members: the customers and resellers of a merchant, and what keeps one apart from another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Environment = Literal["sandbox", "production"]


class Member(msgspec.Struct, frozen=True):
    """A merchant's customer or reseller. Empty strings mean unknown."""

    merchant_id: int
    member_id: int
    environment: str
    channel: str
    public_id: str
    name: str
    email: str
    mobile: str
    reference: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    discount_bp: int = 0


def email_key(email: str) -> str:
    """What makes two e-mail addresses the same member: the address, with the case of ASCII letters ignored.

    Just like the database's index: lower case beyond ASCII is not the same everywhere.
    """
    return email.encode().lower().decode()
