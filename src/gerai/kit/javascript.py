"""Compact JSON as JavaScript prints it, except that nothing is lost: integers of any size and the order of keys stay.

A receiver that parses a text and prints it again gets the same bytes, unless it holds integers beyond 2^53 or keys that
look like an array's (``"10"``), which JavaScript itself cannot give back as they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

import msgspec

from gerai.kit.json_values import is_object

#: JavaScript writes numbers without an exponent from 10^-7 up to 10^21.
_POINT_FROM, _POINT_UNTIL = -6, 21


def stringify(value: Any) -> bytes:
    """Plain data (None, bool, int, float, str, list, dict) as JSON, fractions as ``JSON.stringify`` writes them."""
    return msgspec.json.encode(_with_fractions(value))


def _with_fractions(value: Any) -> Any:
    if is_object(value):
        return {key: _with_fractions(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_fractions(item) for item in cast("Sequence[Any]", value)]
    return msgspec.Raw(number_text(value).encode()) if isinstance(value, float) else value


def number_text(number: float) -> str:
    """A number as JavaScript writes it (ECMA-262, Number::toString); what it cannot hold is ``null`` in JSON."""
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
