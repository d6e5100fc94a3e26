"""How this contract writes identifiers, times and amounts (contract §3)."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Final

from gerai.domain.money import decimal_string
from gerai.kit import ids

#: What Go prints for a time that was never set. Clients decode it; an empty string breaks them (§21.2).
ZERO_TIME: Final = "0001-01-01T00:00:00Z"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TAIL: Final = r"[0-9A-Za-z]{10}[0-9]{4}"
_ORDER_ID: Final = re.compile("ord_" + _TAIL)
_PAYMENT_ID: Final = re.compile("pay_(?:sample_)?" + _TAIL)
_CUSTOMER_ID: Final = re.compile("cus_" + _TAIL)


def new_id(prefix: str) -> str:
    """``ord_`` + 10 letters or digits + 4 digits."""
    return f"{prefix}_{ids.base62(10)}{ids.digits(4)}"


def derived_id(prefix: str, seed: str) -> str:
    """An identifier of the same look that depends on nothing but ``seed``."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    number, tail = divmod(number, 10_000)
    alphabet = "0123456789" + _LETTERS
    middle = "".join(alphabet[number // 62**place % 62] for place in range(10))
    return f"{prefix}_{middle}{tail:04d}"


def new_link_code() -> str:
    """Six mixed-case letters, the observed form of ``payment_link_url``."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


def is_order_id(text: str) -> bool:
    return _ORDER_ID.fullmatch(text) is not None


def is_payment_id(text: str) -> bool:
    return _PAYMENT_ID.fullmatch(text) is not None


def is_customer_id(text: str) -> bool:
    return _CUSTOMER_ID.fullmatch(text) is not None


def timestamp(moment: datetime | None) -> str:
    """RFC 3339 in UTC with microseconds, trailing zeros trimmed; the zero time for None."""
    if moment is None:
        return ZERO_TIME
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return text.rstrip("0").rstrip(".") + "Z"


def money(sen: int) -> str:
    """``"10001.00"``."""
    return decimal_string(sen)
