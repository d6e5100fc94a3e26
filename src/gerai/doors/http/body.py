"""Reading what a client sent, strictly and within bounds.

Broken JSON, NUL characters, lone surrogates, deep nesting and numbers no computer holds are refused here, so that
nothing behind a door ever meets them.
"""

from __future__ import annotations

import math
import re
from codecs import BOM_UTF8
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

import msgspec

from gerai.domain.refusals import BodyUnreadable
from gerai.kit.json_values import is_array, is_object

#: The escapes of a JSON text: two halves of a character that belong together, a half that stands alone, any other.
_ESCAPES = re.compile(rb"\\(?:u[dD][89abAB][^\\]{2}\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)

Plain = TypeVar("Plain", bound=msgspec.Struct)

#: Digits a number may have; far more than any amount or id, far less than what makes arithmetic slow.
_NUMBER_DIGITS = 40
_LONG_NUMBER = re.compile(rb"\d{%d}|[eE][+-]?\d\d" % (_NUMBER_DIGITS + 1))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("number") from None


_plain = msgspec.json.Decoder()
_exact = msgspec.json.Decoder(float_hook=_number)


def parse_json(body: bytes, depth_limit: int, *, exact: bool = False) -> Any:
    """The JSON value in ``body``. ``exact``: numbers with a fraction become Decimal instead of float. A UTF-8 byte
    order mark, which tools for Windows write, is skipped.

    BodyUnreadable: empty | not_json | nul | surrogate | too_deep | number.
    """
    body = body.removeprefix(BOM_UTF8)
    if not body.strip():
        raise BodyUnreadable("empty")
    try:
        value = (_exact if exact else _plain).decode(body)
    except RecursionError:
        raise BodyUnreadable("too_deep") from None
    except msgspec.ValidationError:
        raise BodyUnreadable("number") from None
    except UnicodeDecodeError:
        raise BodyUnreadable("surrogate") from None
    except (msgspec.DecodeError, ValueError):
        raise BodyUnreadable("surrogate" if _holds_half_a_character(body) else "not_json") from None
    # Cheap signs first: only what could be too deep, or hold NUL or a monstrous number, is walked value by value.
    deep = body.count(b"[") + body.count(b"{") > depth_limit
    if deep or b"\\u0000" in body or _LONG_NUMBER.search(body):
        _walk(value, depth_limit)
    return value


class PlainBody(Generic[Plain]):
    """A body of exactly the form of one struct, read in one step. The struct's own bounds (lengths, patterns, integers
    of 64 bits, no fields but its own, no ``Any``) leave nothing that :func:`parse_json` would refuse."""

    __slots__ = ("_decode",)

    def __init__(self, struct: type[Plain]) -> None:
        self._decode = msgspec.json.Decoder(struct).decode

    def read(self, body: bytes) -> Plain | None:
        """The struct; None for any other body, good or bad."""
        try:
            return self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            return None


def _holds_half_a_character(body: bytes) -> bool:
    """Whether a body is JSON but for a surrogate that stands alone: an emoji that was cut in two."""
    mended = _ESCAPES.sub(lambda escape: b"\\ufffd" if escape[1] else escape[0], body)
    try:
        return mended != body and _plain.decode(mended) is not Ellipsis
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _walk(value: Any, depth_left: int) -> None:
    """Refuse NUL in texts and keys, nesting beyond the limit, and numbers that are absurdly long or that no double
    holds."""
    if depth_left < 0:
        raise BodyUnreadable("too_deep")
    if isinstance(value, str):
        if "\x00" in value:
            raise BodyUnreadable("nul")
    elif is_object(value):
        for key, inner in value.items():
            _walk(key, depth_left)
            _walk(inner, depth_left - 1)
    elif is_array(value):
        for inner in value:
            _walk(inner, depth_left - 1)
    elif (isinstance(value, int) and abs(value) >= 10**_NUMBER_DIGITS) or (isinstance(value, Decimal) and _long(value)):
        raise BodyUnreadable("number")


def _long(number: Decimal) -> bool:
    """More digits than that, or a power of ten beyond what a double holds: a reader would find infinity, or nothing."""
    if len(number.as_tuple().digits) > _NUMBER_DIGITS:
        return True
    nearest = float(number)
    return math.isinf(nearest) or (nearest == 0 and not number.is_zero())
