"""What single JSON values stand for, in all doors alike: texts to see, whole numbers, nothing at all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

#: The largest id a JSON number can carry to every client.
MAX_ID: Final = 2**53 - 1
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.0{1,8})?", re.ASCII)
#: Three digits behind a dot, as thousands are written in Indonesia: ``770.000``, ``10.500``. What can only be a
#: fraction (``0.125``, ``12499.875``) is not meant.
_THOUSANDS: Final = re.compile(r"[+-]?(?:[1-9][0-9]{0,2}\.[0-9]{3}|[0-9,]+\.000)", re.ASCII)
_LONG_WHOLE: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
#: Stands for any whole number of more digits: out of every range.
_LONGEST_DIGITS: Final = 40
_HUGE: Final = 10**_LONGEST_DIGITS
#: Blanks and marks without any ink that may stand around a text and are no part of it.
_AROUND: Final = (
    " \t\r\n\v\f\x1c-\x1f\x85\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0"
)
#: The rest of Unicode's Default_Ignorable_Code_Point: selectors of variants and tags, which end many an emoji.
_BEHIND_OTHERS: Final = (
    "\u180b-\u180d\u180f\ufe00-\ufe0f\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_LEADING: Final = re.compile(f"[{_AROUND}{_BEHIND_OTHERS}]+")
_INK: Final = re.compile(f"[^{_AROUND}]")
_FLAGS: Final[dict[Any, bool]] = {"true": True, "1": True, "false": False, "0": False, 1: True, 0: False}


def visible(text: str) -> str:
    """The text without blanks and invisible marks around it; empty when nothing of it could be seen."""
    # Nearly every text begins and ends with a letter or a digit; asking that is much cheaper than stripping. Of ASCII:
    # elsewhere there are letters without ink.
    ends = text[:1] + text[-1:]
    if ends.isascii() and ends.isalnum():
        return text
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    end = len(text)
    while end > start and not _INK.match(text, end - 1):
        end -= 1
    return text[start:end]


def text_of(value: Any) -> str | None:
    """The text a JSON value stands for: a text as it is seen, a whole number as its digits; None for anything else. A
    number with a fraction or an exponent is none: decoded, ``5.50`` and ``1e2`` are not what was written any more."""
    if isinstance(value, str):
        return visible(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def digits_sent(value: Any) -> Any:
    """A number that went through a float as its digits (``62812345678.0``, ``6.28E+10``), where only digits count.
    Anything else as it is: a fraction, and a number that may have lost digits on its way."""
    if isinstance(value, float):
        return str(int(value)) if abs(value) <= MAX_ID and value.is_integer() else value
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() <= _LONGEST_DIGITS:
        return str(int(value)) if value == value.to_integral_value() else value
    return value


def thousands_form(text: str) -> bool:
    """Whether a text may be thousands with a dot, as Indonesians write them: ``770.000`` would be read as 770."""
    return _THOUSANDS.fullmatch(text) is not None


def whole_number(value: Any) -> int | None:
    """The integer a JSON value stands for: ``12``, ``12.0``, ``"12"``, ``"12.0"``; None for anything else, and for
    ``"12.000"``, which means twelve thousand to some."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        if _WHOLE.fullmatch(value) and not thousands_form(value):
            return int(value.partition(".")[0])
        # Out of every range, and int() of a very long text is slow.
        return (-_HUGE if value[0] == "-" else _HUGE) if _LONG_WHOLE.fullmatch(value) else None
    if isinstance(value, float):
        if abs(value) > MAX_ID:
            # Its last digits are lost already: what is left would be another number.
            return (-_HUGE if value < 0 else _HUGE) if value.is_integer() else None
        return int(value) if value.is_integer() else None
    if isinstance(value, Decimal) and value.is_finite():
        if value.adjusted() > len(str(_HUGE)):
            return -_HUGE if value.is_signed() else _HUGE
        return int(value) if value == value.to_integral_value() else None
    return None


def flag_of(value: Any) -> bool | None:
    """The boolean a JSON value stands for: true, 1, ``"true"``, ``"1"`` and their opposites; None for anything else."""
    if isinstance(value, str):
        value = visible(value).lower()
    return _FLAGS.get(value) if isinstance(value, str | int) else None


def is_absent(value: Any) -> bool:
    """``null``, an empty list and a text without anything to see."""
    return value is None or value == [] or (isinstance(value, str) and not visible(value))
