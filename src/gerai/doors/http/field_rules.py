"""How a door reads fields: its sentences about faults, how it writes a path, what it does with special values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gerai.doors.http.amounts import Rounding
from gerai.kit.phones import canonical_phone

#: Characters that no text of one line has: C0 and C1 controls and both separators of lines.
CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: The same, but tabs and ends of lines are fine (notes, addresses).
CONTROLS_BUT_LINES: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class FaultTexts:
    """A contract's sentences about fields. An empty one is replaced by ``invalid``, an empty ``blank`` by ``required``.
    ``not_whole_text``: a number with a fraction or an exponent where a text or a whole number is expected.

    Each may use ``{name}`` (the field's own name), ``{expected}`` (string, number, boolean, object, array, date, phone,
    email, amount, integer), ``{least}`` and ``{most}`` (bounds; of an amount in rupiah, of a time the year),
    ``{choices}``.
    """

    #: The field is not there; ``blank``: it is, and empty.
    required: str
    #: Anything without a sentence of its own.
    invalid: str
    blank: str = ""
    not_text: str = ""
    not_whole_text: str = ""
    too_short: str = ""
    too_long: str = ""
    unprintable: str = ""
    not_whole: str = ""
    too_small: str = ""
    too_large: str = ""
    not_amount: str = ""
    too_precise: str = ""
    not_flag: str = ""
    unknown_choice: str = ""
    not_time: str = ""
    time_out_of_reach: str = ""
    not_phone: str = ""
    not_email: str = ""
    not_link: str = ""
    not_digits: str = ""
    not_object: str = ""
    not_list: str = ""
    too_many_items: str = ""
    unknown_field: str = ""
    repeated: str = ""


def dotted(path: Path) -> str:
    """``items.0.price``."""
    return ".".join(map(str, path))


def bracketed(path: Path) -> str:
    """``items[0].price``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def pointer(path: Path) -> str:
    """``/items/0/price``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """How a door reads: its texts, how it writes the path of a field and a list of choices, what it does with fractions
    of an amount, which form of a telephone number it keeps, which characters no text has, and whether names and choices
    are found whatever their case (``fold_case``)."""

    texts: FaultTexts
    path: Callable[[Path], str] = dotted
    choices: Callable[[Iterable[str]], str] = ", ".join
    rounding: Rounding = Rounding.SEN
    phone: Callable[[str], str] = canonical_phone
    refused_characters: re.Pattern[str] | None = CONTROLS_BUT_LINES
    fold_case: bool = False
