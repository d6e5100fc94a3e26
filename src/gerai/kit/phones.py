"""Telephone numbers: every spelling of one number becomes one text, ``+6281234567890``.

People copy numbers from chats, type them with brackets, dots and blanks, and begin them with ``0``, ``8``, ``62``,
``+62``, ``+620`` or ``0062``. Whoever compares numbers (a customer is found by one) must compare this form only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers

#: Where a number without a country code is from.
COUNTRY: Final = "ID"
_INDONESIA: Final = 62
_LONGEST: Final = 64
#: Direction marks, joiners and blanks without width, as chat programs put around a copied number.
_INVISIBLE: Final = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
#: The country code without its plus, before a number: no area is dialled by 62 without a 0 in front.
_COUNTRY_CODE: Final = re.compile(r"^[\s(]*62")
#: The prefix for calls abroad as typed from a mobile phone; Indonesia's own are 001, 007 and 008.
_ABROAD: Final = re.compile(r"^[\s(]*00[\s().-]*(?=[1-9])")
#: What stands between the digits of one number. The library would stop at anything else, or read letters as keys of a
#: telephone ("abc" is 222) or as an extension, which E.164 cannot hold.
_ONE_NUMBER: Final = re.compile(r"[\s(\[]*[+\uff0b]?[\d\s()\[\]./~\u2010-\u2015\u2212\u30fc\uff0d-]+")
#: ``08123456789/0813…`` are two numbers; ``021/5551234`` is one.
_TWO_NUMBERS: Final = re.compile(r"(?:\d[^\d/]*){7}/")
#: A number that went through a float or a decimal column: ``62812345678.0``. Dots between digits are in groups.
_ZERO_FRACTION: Final = re.compile(r"(\s*\+?\d+)\.0{1,2}|(\s*\+?\d{8,})\.0+")


# The library takes some time for a number, and the same customers come again.
@lru_cache(maxsize=4096)
def canonical_phone(text: str) -> str:
    """The number in E.164 (``+6281234567890``, ``+62215551234``); one without a country code is Indonesian.

    Mobile and fixed lines of any country that *could* exist by their length: documentation and sandboxes are full of
    numbers that nobody has. ValueError for anything else.
    """
    seen = _INVISIBLE.sub("", text).strip()
    if len(seen) > _LONGEST or not _ONE_NUMBER.fullmatch(seen) or _TWO_NUMBERS.search(seen):
        raise ValueError("not a telephone number")
    if whole := _ZERO_FRACTION.fullmatch(seen):
        seen = whole[1] or whole[2]
    try:
        number = phonenumbers.parse(_COUNTRY_CODE.sub("+62", _ABROAD.sub("+", seen)), COUNTRY)
    except phonenumbers.NumberParseException:
        raise ValueError("not a telephone number") from None
    # Numbers that can be dialled within an area only, or in Indonesia with the 0 of a trunk still in front, are too
    # short to be anybody's.
    length = phonenumbers.is_possible_number_with_reason(number)
    trunk_zero = number.country_code == _INDONESIA and number.italian_leading_zero
    if length != phonenumbers.ValidationResult.IS_POSSIBLE or trunk_zero:
        raise ValueError("not a telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_digits(text: str) -> str:
    """The number as some contracts show it: ``6281234567890``, the canonical form without ``+``. ValueError."""
    return canonical_phone(text).removeprefix("+")


def find_phone(text: str) -> str | None:
    """The canonical form, or None for what is no number (to compare with numbers kept before they were read so)."""
    try:
        return canonical_phone(text)
    except ValueError:
        return None
