"""How this contract writes identifiers, times and amounts (contract §3)."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from gerai.domain.money import decimal_string, parse_decimal, round_rupiah
from gerai.kit import ids

#: What Go prints for a time that was never set. Clients decode it; an empty string breaks them (§21.2).
ZERO_TIME: Final = "0001-01-01T00:00:00Z"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TAIL: Final = r"[0-9A-Za-z]{10}[0-9]{4}"
_ORDER_ID: Final = re.compile("ord_" + _TAIL)
_PAYMENT_ID: Final = re.compile("pay_(?:sample_)?" + _TAIL)
_CUSTOMER_ID: Final = re.compile("cus_" + _TAIL)
_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")
#: Digits behind the point that an amount may have (domain.money.parse_decimal).
_FRACTION_DIGITS: Final = 8
_WHOLE_DIGITS: Final = 18


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


def read_timestamp(text: str) -> datetime | None:
    """RFC 3339, the instant as written; None for Go's zero time, which means unset. ValueError otherwise."""
    if not _RFC3339.fullmatch(text):
        raise ValueError("not RFC 3339")
    if text.startswith("0001-01-01"):
        return None
    moment = datetime.fromisoformat(text.upper())
    try:
        return moment.astimezone(UTC)
    except OverflowError as e:
        raise ValueError("out of range") from e


def money(sen: int) -> str:
    """``"10001.00"``."""
    return decimal_string(sen)


def read_money(value: str | int | Decimal) -> int:
    """``"10000.67"``, ``"1,250,000.00"``, ``20000`` or ``20000.5`` as sen, rounded half-up to whole rupiah, once.

    ValueError on anything else, on signs, and above the largest amount the server accepts.
    """
    text = value.strip() if isinstance(value, str) else _digits(Decimal(value))
    parse_decimal(text)
    scaled = Decimal(text.replace(",", "")).scaleb(_FRACTION_DIGITS + 2)
    return round_rupiah(int(scaled), 10**_FRACTION_DIGITS)


def _digits(number: Decimal) -> str:
    """A JSON number without exponent; ValueError before an absurd exponent becomes an absurdly long text."""
    if not number.is_finite() or number.is_signed() or number.adjusted() > _WHOLE_DIGITS:
        raise ValueError("not an amount")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_FRACTION_DIGITS:
        raise ValueError("too many digits")
    return format(number, "f")
