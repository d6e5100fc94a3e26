"""JSON to the byte as JavaScript prints it: a receiver that parses a text and prints it again gets the same bytes."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final

import msgspec

#: Above this a JavaScript number is no longer every integer.
_EXACT: Final = 2**53
#: The largest key that JavaScript moves to the front of an object, as if the object were an array.
_LARGEST_INDEX: Final = 2**32 - 2
#: JavaScript writes numbers without an exponent from 10^-7 up to 10^21.
_POINT_FROM, _POINT_UNTIL = -6, 21


def stringify(value: Any) -> bytes:
    """What ``JSON.stringify(JSON.parse(text))`` answers for plain data (None, bool, int, float, str, list, dict)."""
    return msgspec.json.encode(_as_parsed(value))


def _as_parsed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_parsed(value[key]) for key in sorted(value, key=_place)}
    if isinstance(value, list | tuple):
        return [_as_parsed(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value if isinstance(value, int) and abs(value) <= _EXACT else msgspec.Raw(number_text(value).encode())


def _place(key: str) -> int:
    """Keys that could be an array's come first, in their order; the others follow as they were written."""
    if key.isascii() and key.isdigit() and len(key) <= len(str(_LARGEST_INDEX)):
        index = int(key)
        if str(index) == key and index <= _LARGEST_INDEX:
            return index
    return _LARGEST_INDEX + 1


def number_text(value: int | float) -> str:
    """A number as JavaScript writes it (ECMA-262, Number::toString); what it cannot hold is ``null`` in JSON."""
    try:
        number = float(value)
    except OverflowError:
        return "null"
    if not math.isfinite(number):
        return "null"
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    return ("-" if sign else "") + _placed(text, point)


def _placed(digits: str, point: int) -> str:
    """The digits with the point after ``point`` of them, or with an exponent where JavaScript takes one."""
    if not _POINT_FROM < point <= _POINT_UNTIL:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{fraction}e{point - 1:+d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
