"""Reading what a partner sent: JSON of a known form, exactly, within bounds."""

from __future__ import annotations

import hashlib
import hmac
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec

Form = TypeVar("Form")
_SEN: Final = 100
_PLAIN: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")
_NOT_OF_A_LINE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
#: What a Decimal is reckoned with.
_DIGITS: Final = 28


class WireFault(ValueError):
    """It is not of this form. The text names the place, never what stood there."""


def read_as(form: type[Form], body: bytes) -> Form:
    """The body as this struct, or whatever msgspec knows; fields it does not name are passed over. WireFault."""
    try:
        return _decoder(form).decode(body)
    except msgspec.ValidationError as error:
        # Its text names the type and the path; of the value it shows nothing.
        raise WireFault(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise WireFault("it is no JSON") from None


def is_kept(text: str) -> bool:
    """Whether a database keeps the text: no character in it was cut in two, and none is the one that no text has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def is_one_line(text: str) -> bool:
    """Whether it is read as it is written: without line ends and other control characters, and without marks that turn
    the direction of what follows, in which a name shows as another one."""
    return _NOT_OF_A_LINE.search(text) is None


def without_nul(value: Any) -> Any:
    """The same text, or the same lists and dictionaries of texts, without what no database keeps in a text."""
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [without_nul(one) for one in cast("list[Any]", value)]
        case dict():
            return {without_nul(name): without_nul(one) for name, one in cast("dict[Any, Any]", value).items()}
        case _:
            return value


def sen_of(amount: Any, most_sen: int) -> int:
    """Rupiah as a number or as text (``5000``, ``"12111.00"``) in sen. WireFault: not positive, more than that, or
    finer than a sen."""
    value = None
    # As a number, or as text in plain digits: Python's own would take 50_000, and digits of other scripts.
    if (isinstance(amount, int | Decimal) and not isinstance(amount, bool)) or (
        isinstance(amount, str) and _PLAIN.fullmatch(amount)
    ):
        value = Decimal(amount)
    # Compared before it is multiplied: a number of a million digits is a short text.
    if value is None or not value.is_finite() or not 0 < value <= most_sen // _SEN:
        raise WireFault("an amount is none that can be")
    sen = value * _SEN
    if sen != int(sen) or len(value.as_tuple().digits) > _DIGITS:
        raise WireFault("an amount is finer than a sen")
    return int(sen)


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether the signature is the HMAC-SHA256 of the body in hexadecimal digits, under a secret that is not empty."""
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(right.encode(), signature.strip().lower().encode())


def key_of(*parts: str) -> str:
    """A short key of these texts together, the same whenever they are."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@cache
def _decoder(form: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(form, float_hook=_exact)


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("number") from None
