"""What single JSON values stand for, in all doors alike: texts to see, whole numbers, nothing at all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

#: The largest id a JSON number can carry to every client.
MAX_ID: Final = 2**53 - 1
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.0{1,8})?", re.ASCII)
_LONG_WHOLE: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
#: Stands for any whole number of more digits: out of every range.
_HUGE: Final = 10**40
#: Blanks and marks without any ink that may stand around a text; a text of nothing else is empty.
_INKLESS: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u00ad\u061c\ufeff" + "".join(
    map(
        chr,
        (
            *range(0x2000, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            # Letters without a shape: a joiner, fillers of Hangul and Mongolian, the empty Braille cell.
            *(0x034F, 0x115F, 0x1160, 0x180E, 0x2800, 0x3164, 0xFFA0),
        ),
    )
)


def visible(text: str) -> str:
    """The text without blanks and invisible marks around it; empty when nothing of it could be seen."""
    # Nearly every text begins and ends with a letter or a digit; asking that is much cheaper than stripping. Of ASCII:
    # elsewhere there are letters without ink.
    ends = text[:1] + text[-1:]
    return text if ends.isascii() and ends.isalnum() else text.strip(_INKLESS)


def whole_number(value: Any) -> int | None:
    """The integer a JSON value stands for: ``12``, ``12.0``, ``"12"``, ``"12.0"``; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        if _WHOLE.fullmatch(value):
            return int(value.partition(".")[0])
        # Out of every range, and int() of a very long text is slow.
        return (-_HUGE if value[0] == "-" else _HUGE) if _LONG_WHOLE.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, Decimal) and value.is_finite():
        if value.adjusted() > len(str(_HUGE)):
            return -_HUGE if value.is_signed() else _HUGE
        return int(value) if value == value.to_integral_value() else None
    return None


def is_absent(value: Any) -> bool:
    """``null``, an empty list and a text without anything to see."""
    return value is None or value == [] or (isinstance(value, str) and not visible(value))
